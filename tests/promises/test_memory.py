"""A batch that does not fit into memory: one sentence says what to make smaller."""

import pytest
import torch
from transformers import BertForSequenceClassification

from tests.stand_ins.short_trainings import ShortTraining


@pytest.mark.parametrize(
    ("rows", "remedy"), [(8, "batch_size=4 or max_seq_length"), (1, "max_seq_length")]
)
def test_too_little_memory_is_said_with_what_to_try(
    training: ShortTraining, monkeypatch: pytest.MonkeyPatch, rows: int, remedy: str
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(BertForSequenceClassification, "forward", run_out)
    with pytest.raises(MemoryError, match=rf"{rows} reviews of \d+ word pieces: try {remedy}=\d+"):
        training.with_settings(batch_size=rows).run()
