"""Optimizer, schedule, and what a training step and a validation step do."""

import pytest
import torch

from helpers.arguments import ClassificationTrainArguments
from helpers.data import eval_dataloader
from helpers.task import ClassificationTask, adamw_with_schedule, parameter_groups
from helpers.trainer import read_log
from tests.helpers.conftest import Run
from tests.stand_ins.small_model import tiny_model


def test_biases_and_layer_norms_do_not_decay() -> None:
    model = tiny_model()
    decaying, exempt = parameter_groups(model, 0.3)
    assert (decaying["weight_decay"], exempt["weight_decay"]) == (0.3, 0.0)
    names = {id(weight): name for name, weight in model.named_parameters()}
    found = {names[id(weight)] for weight in exempt["params"]}
    assert found == {n for n in names.values() if n.endswith("bias") or "LayerNorm" in n}
    assert len(decaying["params"]) + len(found) == len(names)


def test_rate_rises_and_falls_linearly() -> None:
    args = ClassificationTrainArguments(learning_rate=1e-3, warmup_ratio=0.2)
    configured = adamw_with_schedule(tiny_model(), args, num_steps=10)
    optimizer, schedule = configured["optimizer"], configured["lr_scheduler"]["scheduler"]
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    expected = [step / 2 if step < 2 else (10 - step) / 8 for step in range(10)]
    assert rates == pytest.approx([1e-3 * share for share in expected])


@pytest.mark.parametrize(
    ("precision", "fused"), [("32-true", True), ("bf16-mixed", False), ("16-mixed", False)]
)
def test_optimizer_is_fused_where_gradients_can_still_be_clipped(
    precision: str, fused: bool
) -> None:
    args = ClassificationTrainArguments(precision=precision)
    optimizer = adamw_with_schedule(tiny_model(), args, num_steps=10)["optimizer"]
    assert optimizer.defaults["fused"] is fused


def test_schedule_really_runs_in_training(run: Run) -> None:
    rates = [rate for _, rate in read_log(run.trainer)["learning_rate"]]
    assert len(rates) == 38
    assert rates[0] == 0
    assert max(rates) == pytest.approx(run.args.learning_rate)
    assert rates[-1] == pytest.approx(run.args.learning_rate / 34)


def test_logged_accuracy_is_the_share_of_right_answers(run: Run) -> None:
    _, logged = read_log(run.trainer)["val_acc"][-1]
    run.task.model.eval()
    with torch.no_grad():
        right = [
            run.task.model(**batch).logits.argmax(dim=1) == batch["labels"]
            for batch in eval_dataloader(run.args, run.val)
        ]
    assert logged == pytest.approx(torch.cat(right).double().mean().item())


def test_model_trains_with_dropout() -> None:
    model = tiny_model().eval()  # as from_pretrained leaves it
    ClassificationTask(model, ClassificationTrainArguments())
    assert all(module.training for module in model.modules())
