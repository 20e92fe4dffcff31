"""What happens in a training step and a validation step, and with which optimizer."""

from dataclasses import asdict
from typing import Any

from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torch.optim import AdamW
from torchmetrics import MeanMetric
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

from helpers.arguments import TrainArguments, check_sequence_length

FUSED_ON = ("cpu", "cuda", "mps")  # kinds of device for which PyTorch has a fused AdamW


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
    device = next(model.parameters()).device.type
    # Lightning cannot clip the gradients of a fused optimizer in mixed precision.
    fused = device in FUSED_ON and args.precision == "32-true"
    optimizer = AdamW(groups, lr=args.learning_rate, fused=fused)
    warmup_steps = round(num_steps * args.warmup_ratio)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup_steps, num_steps)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class FineTuningTask(LightningModule):
    """What every fine-tuning has: a network in train mode, AdamW with its schedule, and a log.

    A task says in ``step`` what is computed of a batch, and in ``logged`` what of it is logged:
    "loss" as train_loss and val_loss, and so on.

    Args:
        model: the network with its head.
        args: learning rate, weight decay and warm-up are read from here.
    """

    logged: tuple[str, ...] = ("loss",)

    def __init__(self, model: PreTrainedModel, args: TrainArguments) -> None:
        super().__init__()
        check_sequence_length(args.max_seq_length, model.config.max_position_embeddings)
        self.save_hyperparameters(asdict(args))  # a plain dictionary, so that checkpoints load
        self.args = args
        self.model = model.train()  # from_pretrained leaves it in eval mode, without dropout
        self.train_means = nn.ModuleDict({name: MeanMetric() for name in self.logged})

    def step(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return "loss" and whatever else is ``logged``: means over the rows of a batch, 0-d."""
        raise NotImplementedError("A task says in step what is computed of a batch.")

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        values = self.step(batch)
        for name, mean in self.train_means.items():
            mean(values[name].detach(), weight=len(batch["input_ids"]))
            self.log(f"train_{name}", mean, on_step=name == "loss", on_epoch=True)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"])
        return values["loss"]

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        values = {f"val_{name}": value for name, value in self.step(batch).items()}
        self.log_dict(values, batch_size=len(batch["input_ids"]), sync_dist=True)

    def configure_optimizers(self) -> dict[str, Any]:
        return adamw_with_schedule(
            self.model, self.args, int(self.trainer.estimated_stepping_batches)
        )


class ClassificationTask(FineTuningTask):
    """Fine-tunes a classification model, and logs train_loss, train_acc, val_loss and val_acc.

    The model's output has ``loss`` (0-d) and ``logits`` of shape [batch, num_labels].
    """

    logged = ("loss", "acc")

    def step(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        output = self.model(**batch)
        right = output.logits.argmax(dim=1) == batch["labels"]
        return {"loss": output.loss, "acc": right.float().mean()}
