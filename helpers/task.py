"""What happens in a training step and a validation step, and with which optimizer."""

from typing import Any

from torch import Tensor, nn
from torch.optim import AdamW
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

from helpers.arguments import TrainArguments, check_sequence_length
from helpers.support.machine import can_fuse_adamw
from helpers.support.noting import NotingModule


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Divide the weights for AdamW: matrices decay, biases and layer norms do not.

    As BERT's authors did it (Devlin et al., 2019; exclusions in their ``optimization.py``).

    >>> [len(group["params"]) for group in parameter_groups(nn.Linear(4, 2), 0.01)]
    [1, 1]
    """
    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in trainable if w.ndim > 1], "weight_decay": weight_decay},
        {"params": [w for w in trainable if w.ndim <= 1], "weight_decay": 0.0},
    ]


def adamw_with_schedule(model: nn.Module, args: TrainArguments, num_steps: int) -> dict[str, Any]:
    """Return AdamW and its learning rate schedule in the form that Lightning expects.

    The rate rises linearly from 0 to ``args.learning_rate`` in the first ``args.warmup_ratio`` of
    ``num_steps``, then falls linearly to 0; it changes after every step. Where that is possible,
    AdamW is fused: one compiled call updates all weights.
    """
    groups = parameter_groups(model, args.weight_decay)
    fused = can_fuse_adamw(next(model.parameters()).device.type, args.precision)
    optimizer = AdamW(groups, lr=args.learning_rate, fused=fused)
    warmup_steps = round(num_steps * args.warmup_ratio)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup_steps, num_steps)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class FineTuningTask(NotingModule):
    """What every fine-tuning has: a network in train mode, AdamW with its schedule, and a log.

    A task says in ``step`` what is computed of a batch, and in ``noted`` what of it is noted in the
    log: "loss" as train_loss and val_loss, and so on.

    Args:
        model: the network with its head.
        args: learning rate, weight decay and warm-up are read from here.
    """

    def __init__(self, model: PreTrainedModel, args: TrainArguments) -> None:
        super().__init__(args)
        check_sequence_length(args.max_seq_length, model.config.max_position_embeddings)
        self.args = args
        self.model = model.train()  # from_pretrained leaves it in eval mode, without dropout

    def step(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return "loss" and whatever else is ``noted``: means over the rows of a batch, 0-d."""
        raise NotImplementedError("A task says in step what is computed of a batch.")

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        values = self.step(batch)
        self.note("train", values, num_rows=len(batch["input_ids"]))
        return values["loss"]

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        self.note("val", self.step(batch), num_rows=len(batch["input_ids"]))

    def configure_optimizers(self) -> dict[str, Any]:
        num_steps = int(self.trainer.estimated_stepping_batches)
        return adamw_with_schedule(self.model, self.args, num_steps)


class ClassificationTask(FineTuningTask):
    """Fine-tunes a classification model, and notes train_loss, train_acc, val_loss and val_acc.

    The model's output has ``loss`` (0-d) and ``logits`` of shape [batch, num_labels].
    """

    noted = ("loss", "acc")

    def step(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        output = self.model(**batch)
        right = output.logits.argmax(dim=1) == batch["labels"]
        return {"loss": output.loss, "acc": right.float().mean()}
