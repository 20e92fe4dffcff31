"""From reviews to batches: tokenizing, the dataset, the collator and the data loaders."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, RandomSampler, Sampler, SequentialSampler
from transformers import PreTrainedTokenizerBase
from transformers.trainer_pt_utils import LengthGroupedSampler

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import ClassificationExample
from helpers.encoding import encode_corpus
from helpers.support.texts import settle_empty


class LabelledCorpus(Protocol):
    """What a dataset asks of a corpus: names of its labels, and examples of three parts."""

    label_names: Sequence[str]

    def get_examples(
        self, args: ClassificationTrainArguments, mode: str
    ) -> list[ClassificationExample]:
        """Return the examples of ``mode``: "train", "val" or "test"."""
        ...


class ClassificationDataset(Dataset):
    """One part of a corpus ("train", "val" or "test"), each review as word piece ids.

    Item ``i`` is a dictionary of two int64 tensors: ``input_ids``, as long as the review has word
    pieces, and ``labels``, a single number. Nothing is padded here: that is the collator's work.
    """

    def __init__(
        self,
        args: ClassificationTrainArguments,
        corpus: LabelledCorpus,
        tokenizer: PreTrainedTokenizerBase,
        mode: str,
    ) -> None:
        self.label_names = corpus.label_names
        self.examples = settle_empty(corpus.get_examples(args, mode), args.empty_documents, mode)
        texts = [example.text for example in self.examples]
        self.input_ids = encode_corpus(texts, tokenizer, args.max_seq_length, mode)

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {
            "input_ids": torch.tensor(self.input_ids[index]),
            "labels": torch.tensor(self.examples[index].label),
        }


def data_collator(features: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Put reviews into one batch, each padded with 0, [PAD], to the longest among them.

    Args:
        features: items of a ClassificationDataset.
    Returns:
        ``input_ids`` and ``attention_mask``, int64 of shape [batch, longest], the mask 1 at word
        pieces and 0 at padding; ``labels``, int64 of shape [batch].

    >>> short = {"input_ids": torch.tensor([2, 9, 3]), "labels": torch.tensor(0)}
    >>> long = {"input_ids": torch.tensor([2, 7, 8, 9, 3]), "labels": torch.tensor(1)}
    >>> data_collator([short, long])["attention_mask"].tolist()
    [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    """
    rows = [feature["input_ids"] for feature in features]
    ones = [torch.ones_like(row) for row in rows]
    return {
        "input_ids": pad_sequence(rows, batch_first=True, padding_value=0),
        "attention_mask": pad_sequence(ones, batch_first=True, padding_value=0),
        "labels": torch.stack([feature["labels"] for feature in features]),
    }


def make_dataloader(
    args: ClassificationTrainArguments, dataset: Dataset, sampler: Sampler[int]
) -> DataLoader:
    """Batches of ``args.batch_size`` items in the sampler's order; the last may be smaller."""
    return DataLoader(
        dataset,
        batch_size=args.batch_size,
        sampler=sampler,
        collate_fn=data_collator,
        drop_last=False,
        num_workers=args.cpu_workers,
        pin_memory=torch.cuda.is_available(),  # copying to the GPU goes on beside the computation
    )


def train_dataloader(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> DataLoader:
    """Batches for training: every review once an epoch, in a new random order each time.

    With ``args.group_by_length``, reviews of similar length come into one batch, the longest first.
    """
    if not args.group_by_length:
        return make_dataloader(args, dataset, RandomSampler(dataset, replacement=False))
    lengths = [len(ids) for ids in dataset.input_ids]
    # A generator of its own, so that several devices agree on the order that they divide. Twice the
    # batch size makes the portions that are sorted twice as long, and halves the padding.
    generator = torch.Generator().manual_seed(args.seed or 0)
    sampler = LengthGroupedSampler(2 * args.batch_size, lengths=lengths, generator=generator)
    return make_dataloader(args, dataset, sampler)


def eval_dataloader(args: ClassificationTrainArguments, dataset: Dataset) -> DataLoader:
    """Batches for validation and test: every review once, in the order of the file."""
    return make_dataloader(args, dataset, SequentialSampler(dataset))
