"""What happens in a training step and a validation step, and with which optimizer."""

from dataclasses import asdict
from typing import Any

from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torch.optim import AdamW
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy
from transformers import BertForSequenceClassification, get_linear_schedule_with_warmup

from helpers.arguments import ClassificationTrainArguments, check_sequence_length

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


def adamw_with_schedule(
    model: nn.Module, args: ClassificationTrainArguments, num_steps: int
) -> dict[str, Any]:
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


class ClassificationTask(LightningModule):
    """Fine-tunes a classification model, and logs train_loss, train_acc, val_loss and val_acc.

    Args:
        model: its output has ``loss`` (0-d) and ``logits`` of shape [batch, num_labels].
        args: learning rate, weight decay and warm-up are read from here.
    """

    def __init__(
        self, model: BertForSequenceClassification, args: ClassificationTrainArguments
    ) -> None:
        super().__init__()
        check_sequence_length(args.max_seq_length, model.config.max_position_embeddings)
        self.save_hyperparameters(asdict(args))  # a plain dictionary, so that checkpoints load
        self.args = args
        self.model = model.train()  # from_pretrained leaves it in eval mode, without dropout
        self.train_loss = MeanMetric()
        self.train_acc = MulticlassAccuracy(model.config.num_labels, average="micro")
        self.val_acc = MulticlassAccuracy(model.config.num_labels, average="micro")

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        output = self.model(**batch)
        self.train_loss(output.loss.detach(), weight=len(output.logits))
        self.train_acc(output.logits, batch["labels"])
        self.log("train_loss", self.train_loss, on_step=True, on_epoch=True)
        self.log("train_acc", self.train_acc, on_step=False, on_epoch=True)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"])
        return output.loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        output = self.model(**batch)
        self.val_acc(output.logits, batch["labels"])
        self.log("val_loss", output.loss, batch_size=len(batch["labels"]), sync_dist=True)
        self.log("val_acc", self.val_acc)

    def configure_optimizers(self) -> dict[str, Any]:
        return adamw_with_schedule(
            self.model, self.args, int(self.trainer.estimated_stepping_batches)
        )
