"""From reviews to batches."""

from dataclasses import replace

import pytest
import torch
from transformers import BertTokenizer

from helpers import encoding
from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import NsmcCorpus
from helpers.data import (
    ClassificationDataset,
    data_collator,
    eval_dataloader,
    train_dataloader,
)
from helpers.encoding import encode_corpus, encode_reviews


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


@pytest.mark.parametrize("group_by_length", [False, True])
def test_training_order_is_random_and_complete(
    args: ClassificationTrainArguments, dataset: ClassificationDataset, group_by_length: bool
) -> None:
    loader = train_dataloader(replace(args, group_by_length=group_by_length), dataset)
    torch.manual_seed(0)
    epochs = [list(loader.sampler) for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert all(sorted(order) == list(range(1_200)) for order in epochs)
    assert len(loader) == 38


def test_groups_of_similar_length_need_little_padding(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    def shapes(group_by_length: bool) -> list[torch.Size]:
        loader = train_dataloader(replace(args, group_by_length=group_by_length), dataset)
        return [batch["input_ids"].shape for batch in loader]

    grouped = shapes(True)
    longest = max(map(len, dataset.input_ids))
    assert grouped[0][1] == longest  # so that too little memory shows at once
    assert sum(map(torch.Size.numel, grouped)) < 0.5 * sum(map(torch.Size.numel, shapes(False)))


def test_grouped_order_does_not_depend_on_other_random_choices(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    orders = []
    for seed in (1, 2):  # of dropout, for instance, which differs from device to device
        torch.manual_seed(seed)
        orders.append(list(train_dataloader(replace(args, group_by_length=True), dataset).sampler))
    assert orders[0] == orders[1]
    other = train_dataloader(replace(args, group_by_length=True, seed=8), dataset)
    assert list(other.sampler) != orders[0]


def test_evaluation_order_is_that_of_the_file(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    loader = eval_dataloader(replace(args, batch_size=100), dataset)
    labels = torch.cat([batch["labels"] for batch in loader]).tolist()
    assert labels == [example.label for example in dataset.examples]


def test_a_corpus_is_encoded_in_portions_as_in_one_piece(
    tokenizer: BertTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["재미있다", "지루하다 " * 30, "", "또 볼래요", "음"]
    expected = encode_reviews(texts, tokenizer, 20)
    monkeypatch.setattr(encoding, "CHUNK", 2)
    rows, num_cut = encode_corpus(texts, tokenizer, 20)
    assert ([row.tolist() for row in rows], num_cut) == expected
    assert len(encode_corpus([], tokenizer, 20)[0]) == 0


def test_encoding_does_not_pad_because_an_earlier_call_did(tokenizer: BertTokenizer) -> None:
    tokenizer(["짧다", "아주 긴 리뷰"], padding=True)
    input_ids, _ = encode_reviews(["짧다", "아주 긴 리뷰"], tokenizer, 128)
    assert input_ids == [tokenizer(text)["input_ids"] for text in ("짧다", "아주 긴 리뷰")]


def test_tokenizer_with_another_padding_id_is_refused(tokenizer: BertTokenizer) -> None:
    tokenizer.pad_token = "[MASK]"
    with pytest.raises(ValueError, match=r"\[PAD\] has the id 4"):
        encode_corpus(["좋다"], tokenizer, 128)
