"""The recipe of the bundled model, on 200 reviews and in a tiny size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, BertForPreTraining, BertTokenizer

from helpers.corpus import FILES, read_nsmc
from pretraining import __main__ as command
from pretraining.masking import IGNORED, mask
from pretraining.pretrain import pretrain
from pretraining.recipe import Recipe
from pretraining.reviews import TokenizedReviews, batches, pairs, read_reviews, tokenize
from pretraining.vocabulary import save_tokenizer, train_vocabulary
from tests.conftest import MINI_REVIEWS

NSMC_FILE = MINI_REVIEWS / FILES[0]
TINY = Recipe(
    hidden_size=16, layers=1, heads=2, tokens_per_batch=256, warmup_steps=2, held_out=20,
    checkpoint_every=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def reviews_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reviews") / "reviews.txt"
    path.write_text("\n".join(e.text for e in read_nsmc(NSMC_FILE)[:200]), encoding="utf-8")
    return path


@pytest.fixture
def model_folder(reviews_file: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    save_tokenizer(train_vocabulary(read_reviews(reviews_file), size=1_000), folder)
    return folder


@pytest.fixture
def tokenizer(model_folder: Path) -> BertTokenizer:
    return BertTokenizer.from_pretrained(model_folder)


@pytest.fixture
def reviews(reviews_file: Path, tokenizer: BertTokenizer) -> TokenizedReviews:
    return tokenize(read_reviews(reviews_file), tokenizer)


def run(monkeypatch: pytest.MonkeyPatch, module: object, *words: str | Path) -> None:
    """Run a command's ``main`` with the tiny recipe."""
    monkeypatch.setattr(module, "Recipe", lambda: TINY)
    monkeypatch.setattr("sys.argv", ["command", *map(str, words), "--steps", "5"])
    module.main()


def test_batches_hold_each_review_once_and_little_padding(reviews: TokenizedReviews) -> None:
    epoch = [batch.input_ids for batch in batches(reviews, 512, np.random.default_rng(0))]
    rows = sorted(tuple(row[row != 0].tolist()) for batch in epoch for row in batch)
    assert rows == sorted(tuple(reviews[index].tolist()) for index in range(len(reviews)))
    paid = [batch.numel() for batch in epoch]
    assert len(reviews.pieces) / sum(paid) > 0.85  # 200 reviews only; .99 of real batches
    assert max(paid) < 1_100


def test_pairs_are_the_beginning_of_a_review_and_an_end() -> None:
    rows = [np.array([2, *range(start, start + 20), 3]) for start in range(100, 1_100, 100)]
    batch = pairs(rows, 128, np.random.default_rng(0))
    assert set(batch.same_review.tolist()) == {0, 1}
    for ids, kinds, same in zip(*batch, strict=True):
        first, second = ids[(kinds == 0) & (ids != 0)], ids[kinds == 1]
        assert first[0] == 2 and first[-1] == second[-1] == 3
        assert (first[1] // 100 == second[0] // 100) == bool(same)


def test_masking_follows_berts_rule(tokenizer: BertTokenizer) -> None:
    input_ids = torch.full((200, 100), 7)
    input_ids[:, 0], input_ids[:, -1] = tokenizer.cls_token_id, tokenizer.sep_token_id
    corrupted, labels = mask(input_ids, tokenizer, 0.2, torch.Generator().manual_seed(0))
    chosen = labels != IGNORED
    assert not chosen[:, [0, -1]].any()
    hidden, kept = corrupted[chosen] == tokenizer.mask_token_id, corrupted[chosen] == 7
    shares = [part.double().mean().item() for part in (chosen[:, 1:-1], hidden, kept)]
    assert shares == pytest.approx([0.2, 0.8, 0.1], abs=0.02)
    assert torch.equal(corrupted[~chosen], input_ids[~chosen])


def test_learning_rate_warms_up_stays_and_decays() -> None:
    recipe = replace(Recipe(), learning_rate=1.0, warmup_steps=10, decay_share=0.5)
    rates = [recipe.learning_rate_at(step, 100) for step in (0, 9, 50, 75, 99)]
    assert rates == pytest.approx([0.1, 1.0, 1.0, 0.5, 0.02])


def test_too_few_reviews_are_refused(reviews: TokenizedReviews) -> None:
    with pytest.raises(ValueError, match="reviews are too few: 2,000 are held out"):
        reviews.split(held_out=2_000)


def test_one_command_makes_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [example.text.strip() for example in read_nsmc(NSMC_FILE)]
    assert read_reviews(NSMC_FILE) == [text for text in texts if text]  # neither ids nor labels
    run(monkeypatch, command, "--reviews", NSMC_FILE, "--model", tmp_path / "my-bert")
    tokenizer = BertTokenizer.from_pretrained(tmp_path / "my-bert")
    model = BertForMaskedLM.from_pretrained(tmp_path / "my-bert")
    assert model.config.vocab_size == len(tokenizer)
    assert model.dtype == torch.float32 and model.config.hidden_dropout_prob == 0.1
    header, *losses = (tmp_path / "my-bert.work" / "loss.csv").read_text().splitlines()
    assert header == "step,tokens,train_loss,held_out_loss"
    assert [line.split(",")[0] for line in losses] == ["5"]


def test_pretraining_goes_on_from_given_weights(
    model_folder: Path, reviews_file: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    pretrain(reviews_file, model_folder, tmp_path / "first.work", 5, TINY)
    before = BertForPreTraining.from_pretrained(model_folder).state_dict()
    still = replace(TINY, learning_rate=1e-12, weight_decay=0.0)
    pretrain(reviews_file, more, tmp_path / "more.work", 1, still, model_folder)
    after = BertForPreTraining.from_pretrained(more).state_dict()
    assert all(torch.allclose(before[name], after[name], atol=1e-6) for name in before)
    assert (more / "vocab.txt").read_bytes() == (model_folder / "vocab.txt").read_bytes()


def test_pretraining_resumes(model_folder: Path, reviews_file: Path, tmp_path: Path) -> None:
    steady = replace(TINY, decay_share=1e-9)  # the decay depends on where the end is
    weights = []
    for work, ends in (("straight", [10]), ("halting", [5, 10])):
        for steps in ends:
            pretrain(reviews_file, model_folder, tmp_path / work, steps, steady)
        weights.append(BertForMaskedLM.from_pretrained(model_folder).state_dict())
    straight, halting = weights
    assert all(torch.equal(straight[name], halting[name]) for name in straight)
