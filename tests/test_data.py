"""From reviews to batches."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizer

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import NsmcCorpus
from helpers.data import (
    ClassificationDataset,
    data_collator,
    eval_dataloader,
    train_dataloader,
)
from helpers.encoding import encode_reviews, load_or_encode


def test_encoding_counts_what_it_cuts(tokenizer: BertTokenizer) -> None:
    input_ids, num_cut = encode_reviews(["짧다", "아주 " * 50], tokenizer, max_seq_length=10)
    assert input_ids[0] == tokenizer("짧다")["input_ids"]
    assert len(input_ids[1]) == 10
    assert num_cut == 1
    assert all(
        ids[0] == tokenizer.cls_token_id and ids[-1] == tokenizer.sep_token_id for ids in input_ids
    )


def test_dataset_says_how_many_reviews_were_cut(
    args: ClassificationTrainArguments,
    tokenizer: BertTokenizer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    short = replace(args, max_seq_length=16)
    for _ in range(2):  # from the tokenizer, then from the cache
        dataset = ClassificationDataset(short, NsmcCorpus(), tokenizer, "val")
        assert max(map(len, dataset.input_ids)) == 16
        assert "of 300 reviews were longer than max_seq_length=16" in capsys.readouterr().out


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
    for row, mask, feature in zip(
        batch["input_ids"], batch["attention_mask"], features, strict=True
    ):
        assert torch.equal(row[mask.bool()], feature["input_ids"])
        assert not row[~mask.bool()].any()
    assert batch["labels"].tolist() == [feature["labels"].item() for feature in features]
    assert {tensor.dtype for tensor in batch.values()} == {torch.int64}


def test_training_order_is_random_and_complete(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    loader = train_dataloader(args, dataset)
    torch.manual_seed(0)
    epochs = [list(loader.sampler) for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert all(sorted(order) == list(range(1_200)) for order in epochs)
    assert len(loader) == 38


def test_evaluation_order_is_that_of_the_file(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    loader = eval_dataloader(replace(args, batch_size=100), dataset)
    labels = torch.cat([batch["labels"] for batch in loader]).tolist()
    assert labels == [example.label for example in dataset.examples]


@pytest.mark.parametrize("change", [{"max_seq_length": 20}, {"overwrite_cache": True}])
def test_cache_is_taken_only_when_it_fits(
    args: ClassificationTrainArguments, tokenizer: BertTokenizer, change: dict[str, object]
) -> None:
    texts = ["재미있다", "지루하다 " * 30]
    first = load_or_encode(texts, tokenizer, args)
    assert load_or_encode(texts, tokenizer, args) == first
    (cache,) = (Path(args.downstream_corpus_root_dir) / "mini_reviews").glob("*.npz")
    with cache.open("wb") as file:  # what is read from the cache is now known to come from there
        np.savez(file, pieces=np.array([1, 2, 3]), ends=np.array([1, 3]), num_cut=0)
    assert load_or_encode(texts, tokenizer, args) == ([[1], [2, 3]], 0)
    changed = replace(args, **change)
    expected = encode_reviews(texts, tokenizer, changed.max_seq_length)
    assert load_or_encode(texts, tokenizer, changed) == expected
    other = ["다른 리뷰"]
    assert load_or_encode(other, tokenizer, args) == encode_reviews(other, tokenizer, 128)


def test_tokenizer_with_another_padding_id_is_refused(
    args: ClassificationTrainArguments, tokenizer: BertTokenizer
) -> None:
    tokenizer.pad_token = "[MASK]"
    with pytest.raises(ValueError, match=r"\[PAD\] has the id 4"):
        load_or_encode(["좋다"], tokenizer, args)
