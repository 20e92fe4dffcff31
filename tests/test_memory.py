"""A batch that is too large for the memory: said in a sentence, or computed in parts."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import Subset
from transformers import BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.data import ClassificationDataset, data_collator, eval_dataloader
from helpers.memory import loss_in_parts
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer
from tests.small_model import tiny_config

OUT_OF_MEMORY = "CUDA out of memory. Tried to allocate 2.00 GiB."


class SmallMemory(BertForSequenceClassification):
    """A network without dropout on a GPU that has room for so many reviews at a time."""

    room = 1_000_000
    backward_needs_more = False

    def __init__(self) -> None:
        no_dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        super().__init__(tiny_config(**no_dropout))

    def forward(self, input_ids: Tensor, **inputs: Tensor) -> Any:
        output = super().forward(input_ids, **inputs)
        if len(input_ids) > self.room:
            if not self.backward_needs_more:
                raise torch.OutOfMemoryError(OUT_OF_MEMORY)
            output.loss.register_hook(run_out)
        return output


def run_out(gradient: Tensor) -> None:
    raise torch.OutOfMemoryError(OUT_OF_MEMORY)


@pytest.fixture
def reviews(dataset: ClassificationDataset) -> Subset:
    """Two batches of 16 and one of 3."""
    return Subset(dataset, range(35))


@pytest.fixture
def short(args: ClassificationTrainArguments) -> ClassificationTrainArguments:
    return replace(args, epochs=1, batch_size=16, accelerator="cpu")


def train(args: ClassificationTrainArguments, reviews: Subset, **limits: Any) -> dict[str, Tensor]:
    """Train a network with these limits, and return its weights."""
    set_seed(args)
    model = SmallMemory().double()  # in which sums in another order differ by next to nothing
    for name, value in limits.items():
        setattr(model, name, value)
    get_trainer(args).fit(ClassificationTask(model, args), eval_dataloader(args, reviews))
    return model.state_dict()


@pytest.mark.parametrize("num_parts", [2, 3, 5, 16])
def test_loss_and_gradients_of_the_parts_are_those_of_the_batch(
    reviews: Subset, num_parts: int
) -> None:
    model = SmallMemory().double()
    batch = data_collator([reviews[number] for number in range(16)])
    losses, gradients = [], []
    for parts in (1, num_parts):
        model.zero_grad()
        loss, logits = loss_in_parts(model, batch, parts)
        loss.backward()
        losses.append(loss.item())
        gradients.append([weight.grad.clone() for weight in model.parameters()])
        assert logits.shape == (16, 2)
    assert losses[0] == pytest.approx(losses[1], abs=1e-12)
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_only_one_part_is_in_memory_at_a_time(reviews: Subset) -> None:
    model, rows = SmallMemory(), []
    model.bert.register_forward_hook(lambda _, inputs, output: rows.append(len(output[0])))
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        loss_in_parts(model, data_collator([reviews[number] for number in range(16)]), 4)
    assert rows == [4, 4, 4, 4]
    assert all(tensor.numel() <= 16 * 2 for tensor in kept)  # nothing of the layers


def test_too_large_a_batch_is_explained(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    with pytest.raises(MemoryError) as caught:
        train(short, reviews, room=8)
    sentence = str(caught.value)
    assert sentence.startswith("Out of memory in batch 1: 16 reviews of ")
    assert "Try batch_size=8 or max_seq_length=" in sentence
    assert "split_when_out_of_memory=True" in sentence
    assert isinstance(caught.value.__cause__, torch.OutOfMemoryError)


@pytest.mark.parametrize("backward_needs_more", [False, True])
@pytest.mark.parametrize(("room", "num_parts"), [(8, 2), (7, 4), (1, 16)])
def test_in_parts_the_same_is_learned(
    short: ClassificationTrainArguments,
    reviews: Subset,
    room: int,
    num_parts: int,
    backward_needs_more: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = train(short, reviews)
    splitting = replace(short, split_when_out_of_memory=True)
    parts = train(splitting, reviews, room=room, backward_needs_more=backward_needs_more)
    said = [line for line in capsys.readouterr().out.splitlines() if "computed in" in line]
    assert len(said) == num_parts.bit_length() - 1  # once for each doubling
    assert said[-1].endswith(f"from now on each batch is computed in {num_parts} parts")
    for name, weight in whole.items():
        torch.testing.assert_close(parts[name], weight, rtol=0, atol=1e-9)


def test_one_review_that_does_not_fit_is_explained(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    with pytest.raises(MemoryError, match=r"16 reviews of .* even one by one; try max_seq_length="):
        train(replace(short, split_when_out_of_memory=True), reviews, room=0)


def test_other_errors_are_not_taken_for_it(
    short: ClassificationTrainArguments, reviews: Subset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(SmallMemory, "forward", fail)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        train(replace(short, split_when_out_of_memory=True), reviews)
