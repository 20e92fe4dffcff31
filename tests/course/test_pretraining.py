"""The recipe of the bundled model, on 200 reviews and in a tiny size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, BertForPreTraining, BertTokenizer

from helpers.corpus import FILES, read_nsmc
from pretraining import __main__ as command
from pretraining import compare_masking
from pretraining.masking import IGNORED, mask
from pretraining.pretrain import pretrain
from pretraining.recipe import Recipe
from pretraining.reviews import batches, joined, mixed_batches, pairs, read_reviews, tokenize
from pretraining.vocabulary import save_tokenizer, train_vocabulary
from tests.conftest import MINI_REVIEWS

TINY = Recipe(
    hidden_size=16, layers=1, heads=2, tokens_per_batch=256, warmup_steps=2, held_out=20,
    checkpoint_every=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def reviews_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [example.text for example in read_nsmc(MINI_REVIEWS / FILES[0])][:200]
    path = tmp_path_factory.mktemp("reviews") / "reviews.txt"
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


@pytest.fixture
def model_folder(reviews_file: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    save_tokenizer(train_vocabulary(read_reviews(reviews_file), size=1_000), folder)
    return folder


def test_vocabulary_keeps_hangul_and_case(model_folder: Path, reviews_file: Path) -> None:
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    assert tokenizer.convert_ids_to_tokens(range(5)) == [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
    ]  # fmt: skip
    pieces = [piece for text in read_reviews(reviews_file) for piece in tokenizer.tokenize(text)]
    assert pieces.count("[UNK]") / len(pieces) < 0.01


def test_batches_hold_each_review_once_and_little_padding(
    model_folder: Path, reviews_file: Path
) -> None:
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    reviews = tokenize(read_reviews(reviews_file), tokenizer)
    epoch = [batch.input_ids for batch in batches(reviews, 512, np.random.default_rng(0))]
    rows = sorted(tuple(row[row != 0].tolist()) for batch in epoch for row in batch)
    assert rows == sorted(tuple(reviews[index].tolist()) for index in range(len(reviews)))
    paid = sum(batch.numel() for batch in epoch)
    assert len(reviews.pieces) / paid > 0.85  # 200 reviews only; .99 of real batches
    assert all(batch.numel() < 1_100 for batch in epoch)


def test_pairs_are_the_beginning_of_a_review_and_an_end() -> None:
    rows = [np.array([2, *range(start, start + 20), 3]) for start in range(100, 1_100, 100)]
    batch = pairs(rows, 128, np.random.default_rng(0))
    assert set(batch.same_review.tolist()) == {0, 1}
    for ids, kinds, same in zip(*batch, strict=True):
        first, second = ids[(kinds == 0) & (ids != 0)], ids[kinds == 1]
        assert first[0] == 2 and first[-1] == second[-1] == 3
        assert (first[1] // 100 == second[0] // 100) == bool(same)


def test_joined_reviews_fill_the_positions() -> None:
    rows = [np.array([2, *[start] * 40, 3]) for start in range(10, 15)]
    batch = joined(rows, 128)
    assert batch.same_review is None
    assert [(row != 0).sum().item() for row in batch.input_ids] == [124, 83]
    assert (batch.input_ids == 2).sum() == 2  # one [CLS] a row


def test_batches_with_pairs_say_so(model_folder: Path, reviews_file: Path) -> None:
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    reviews = tokenize(read_reviews(reviews_file), tokenizer)
    shares = {"pair_share": 1.0, "joined_share": 0.0}
    for batch in mixed_batches(
        reviews, 512, **shares, longest=128, generator=np.random.default_rng(0)
    ):
        assert (batch.same_review is not None) == bool(batch.token_type_ids.any())
        assert batch.input_ids.shape[1] <= 128


def test_masking_follows_berts_rule(model_folder: Path) -> None:
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    input_ids = torch.full((200, 100), 7)
    input_ids[:, 0], input_ids[:, -1] = tokenizer.cls_token_id, tokenizer.sep_token_id
    corrupted, labels = mask(input_ids, tokenizer, 0.2, torch.Generator().manual_seed(0))
    chosen = labels != IGNORED
    assert not chosen[:, [0, -1]].any()
    assert chosen[:, 1:-1].float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert (corrupted[chosen] == tokenizer.mask_token_id).float().mean().item() == pytest.approx(
        0.8, abs=0.02
    )
    assert (corrupted[chosen] == 7).float().mean().item() == pytest.approx(0.1, abs=0.02)
    assert torch.equal(corrupted[~chosen], input_ids[~chosen])


def test_learning_rate_warms_up_stays_and_decays() -> None:
    recipe = replace(Recipe(), learning_rate=1.0, warmup_steps=10, decay_share=0.5)
    rates = [recipe.learning_rate_at(step, 100) for step in (0, 9, 50, 75, 99)]
    assert rates == pytest.approx([0.1, 1.0, 1.0, 0.5, 0.02])


def test_of_a_file_of_nsmc_only_the_documents_are_read() -> None:
    path = MINI_REVIEWS / FILES[0]
    assert read_reviews(path) == [e.text.strip() for e in read_nsmc(path) if e.text.strip()]


def test_one_command_makes_a_model_from_a_file_of_nsmc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "Recipe", lambda: TINY)
    words = ["--reviews", str(MINI_REVIEWS / FILES[0]), "--model", str(tmp_path / "my-bert")]
    monkeypatch.setattr("sys.argv", ["pretraining", *words, "--steps", "5"])
    command.main()
    tokenizer = BertTokenizer.from_pretrained(tmp_path / "my-bert")
    assert tokenizer.unk_token not in tokenizer.tokenize("배우들 연기가 좋았어요")
    model = BertForMaskedLM.from_pretrained(tmp_path / "my-bert")
    assert model.config.vocab_size == len(tokenizer)
    assert (tmp_path / "my-bert.work" / "loss.csv").exists()


def test_too_few_reviews_are_refused(model_folder: Path, reviews_file: Path) -> None:
    reviews = tokenize(read_reviews(reviews_file), BertTokenizer.from_pretrained(model_folder))
    with pytest.raises(ValueError, match="reviews are too few: 2,000 are held out"):
        reviews.split(held_out=2_000)


def test_masking_comparison_finishes_one_checkpoint_in_several_ways(
    model_folder: Path, reviews_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretrain(reviews_file, model_folder, tmp_path / "first.work", 5, TINY)
    monkeypatch.setattr(compare_masking, "Recipe", lambda: TINY)
    words = ["--reviews", reviews_file, "--model", model_folder, "--steps", "5"]
    words += ["--checkpoint", tmp_path / "first.work" / "last.pt", "--work", tmp_path / "masking"]
    monkeypatch.setattr("sys.argv", ["compare_masking", *map(str, words)])
    compare_masking.main()
    folders = sorted((tmp_path / "masking").iterdir())
    assert len(folders) == len(compare_masking.PROBABILITIES)
    for folder in folders:
        assert (folder / "loss.csv").read_text().splitlines()[1].startswith("10,")
        assert BertForMaskedLM.from_pretrained(folder).num_parameters() > 0


def test_pretraining_goes_on_from_given_weights(
    model_folder: Path, reviews_file: Path, tmp_path: Path
) -> None:
    pretrain(reviews_file, model_folder, tmp_path / "first.work", 5, TINY)
    before = BertForPreTraining.from_pretrained(model_folder).state_dict()
    still = replace(TINY, learning_rate=1e-12, weight_decay=0.0)
    pretrain(reviews_file, tmp_path / "more", tmp_path / "more.work", 1, still, model_folder)
    after = BertForPreTraining.from_pretrained(tmp_path / "more").state_dict()
    assert all(torch.allclose(before[name], after[name], atol=1e-6) for name in before)
    vocabularies = [
        (folder / "vocab.txt").read_text() for folder in (model_folder, tmp_path / "more")
    ]
    assert vocabularies[0] == vocabularies[1]


def test_pretraining_resumes_and_exports(
    model_folder: Path, reviews_file: Path, tmp_path: Path
) -> None:
    straight, halting = tmp_path / "straight", tmp_path / "halting"
    pretrain(reviews_file, model_folder, straight, 10, TINY)
    uninterrupted = BertForMaskedLM.from_pretrained(model_folder)
    assert uninterrupted.dtype == torch.float32
    assert uninterrupted.config.hidden_dropout_prob == 0.1
    losses = (straight / "loss.csv").read_text().splitlines()
    assert losses[0] == "step,tokens,train_loss,held_out_loss"
    assert [line.split(",")[0] for line in losses[1:]] == ["5", "10"]

    steady = replace(TINY, decay_share=1e-9)  # the decay depends on where the end is
    pretrain(reviews_file, model_folder, straight.with_name("steady"), 10, steady)
    expected = BertForMaskedLM.from_pretrained(model_folder).state_dict()
    for steps in (5, 10):
        pretrain(reviews_file, model_folder, halting, steps, steady)
    resumed = BertForMaskedLM.from_pretrained(model_folder).state_dict()
    assert all(torch.equal(expected[name], resumed[name]) for name in expected)
