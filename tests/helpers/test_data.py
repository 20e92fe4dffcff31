"""From reviews to batches."""

from dataclasses import replace

import pytest
import torch
from transformers import BertTokenizer

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset, data_collator, train_dataloader


def test_dataset_says_how_many_reviews_were_cut(
    args: ClassificationTrainArguments,
    tokenizer: BertTokenizer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    short = replace(args, max_seq_length=16)
    dataset = ClassificationDataset(short, NsmcCorpus(), tokenizer, "val")
    assert max(map(len, dataset.input_ids)) == 16
    cut = sum(len(tokenizer(example.text)["input_ids"]) > 16 for example in dataset.examples)
    assert 0 < cut < 300
    said = (
        f"val: {cut} of 300 reviews were longer than max_seq_length=16 word pieces and were cut\n"
    )
    assert said in capsys.readouterr().out


def test_items(dataset: ClassificationDataset, tokenizer: BertTokenizer) -> None:
    assert len(dataset) == 1_200
    for index in (0, 77, 1_199):
        item, example = dataset[index], dataset.examples[index]
        assert item["input_ids"].tolist() == tokenizer(example.text)["input_ids"]
        assert item["labels"].item() == example.label


def test_collator_pads_to_the_longest(dataset: ClassificationDataset) -> None:
    features = [dataset[index] for index in range(8)]
    batch = data_collator(features)
    longest = max(len(feature["input_ids"]) for feature in features)
    assert batch["input_ids"].shape == batch["attention_mask"].shape == (8, longest)
    rows = zip(batch["input_ids"], batch["attention_mask"], features, strict=True)
    for row, mask, feature in rows:
        assert torch.equal(row[mask.bool()], feature["input_ids"])
        assert not row[~mask.bool()].any()
    assert batch["labels"].tolist() == [feature["labels"].item() for feature in features]
    assert {tensor.dtype for tensor in batch.values()} == {torch.int64}


@pytest.mark.parametrize("group_by_length", [False, True])
def test_training_order_is_random_and_complete(
    args: ClassificationTrainArguments, dataset: ClassificationDataset, group_by_length: bool
) -> None:
    loader = train_dataloader(replace(args, group_by_length=group_by_length), dataset)
    epochs = [list(loader.sampler) for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert all(sorted(order) == list(range(1_200)) for order in epochs)
    assert len(loader) == 38
