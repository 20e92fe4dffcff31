"""Going on when the memory of the GPU is too small for a batch."""

from typing import Any

import torch
from pytorch_lightning import LightningModule
from pytorch_lightning.utilities.memory import garbage_collection_cuda, is_oom_error
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


def loss_in_parts(
    model: nn.Module, batch: dict[str, Tensor], num_parts: int
) -> tuple[Tensor, Tensor]:
    """Return a batch's loss and logits, computed part by part; the gradients are the same.

    What a part needs for its backward pass is not kept, but computed once more when its turn comes
    (gradient checkpointing, Chen et al., 2016): only one part at a time is in the memory.

    Args:
        model: its output has ``loss``, a mean over the rows, and ``logits``.
        batch: tensors whose first dimension is that of the rows, ``labels`` among them.
    """
    if num_parts == 1:
        output = model(**batch)
        return output.loss, output.logits
    num_rows = len(batch["labels"])
    rows_in_part = -(-num_rows // num_parts)
    columns = (values.split(rows_in_part) for values in batch.values())
    parts = [dict(zip(batch, values, strict=True)) for values in zip(*columns, strict=True)]
    outputs = [checkpoint(model, use_reentrant=False, **part) for part in parts]
    losses = [one.loss * len(one.logits) / num_rows for one in outputs]
    return torch.stack(losses).sum(), torch.cat([one.logits for one in outputs])


class SplittingModule(LightningModule):
    """Repeats a step that ran out of memory with its batch in parts, if the settings allow it.

    The batch of the step is counted twice in the mean that is printed for the epoch.
    """

    num_parts = 1
    batch_shape = (0, 0)  # of the present step: rows, word pieces

    def optimizer_step(
        self, epoch: int, batch_idx: int, optimizer: Any, optimizer_closure: Any = None
    ) -> None:
        done = False
        while not done:
            try:
                super().optimizer_step(epoch, batch_idx, optimizer, optimizer_closure)
                done = True
            except RuntimeError as error:
                if not is_oom_error(error):
                    raise
                self.split_further(batch_idx, error)
            if not done:  # only here has Python let go of the tensors of the failed step
                optimizer.zero_grad()
                garbage_collection_cuda()

    def split_further(self, batch_idx: int, error: RuntimeError) -> None:
        """Double the number of parts, or raise MemoryError with what can be done."""
        num_rows, length = self.batch_shape
        what = f"Out of memory in batch {batch_idx + 1}: {num_rows} reviews of {length} word pieces"
        if self.num_parts >= num_rows:
            raise MemoryError(
                f"{what}, even one by one; try max_seq_length={length // 2}."
            ) from error
        if not self.args.split_when_out_of_memory:
            raise MemoryError(
                f"{what}. Try batch_size={num_rows // 2} or max_seq_length={length // 2}; or keep "
                "both with split_when_out_of_memory=True, which computes a batch in parts."
            ) from error
        self.num_parts *= 2
        print(f"{what}; from now on each batch is computed in {self.num_parts} parts")
