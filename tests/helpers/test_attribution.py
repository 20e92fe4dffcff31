"""Which word pieces pushed a decision: the sum is right, and so are the shares."""

import pytest
import torch
from transformers import BertForSequenceClassification, BertTokenizer

from helpers import attribution
from helpers.attribution import attribute, log_odds, mask_text
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer

TEXT = "주문한 지 일주일인데 배송이 안 와서 환불하고 싶어요"
WORDS = ("정말", "너무", "오늘", "영화", "음악", "다시", "그냥", "지금")  # one piece each
TAUGHT = "감동"


@pytest.fixture(scope="module")
def tokenizer() -> BertTokenizer:
    return small_tokenizer()


@pytest.fixture(scope="module")
def random_model() -> BertForSequenceClassification:
    return small_model()


@pytest.fixture(scope="module")
def taught(tokenizer: BertTokenizer) -> BertForSequenceClassification:
    """A model that was trained to say "yes" to texts with the piece 감동, "no" to all others."""
    model = small_model(("no", "yes")).train()
    ids = torch.tensor(tokenizer.convert_tokens_to_ids([*WORDS, TAUGHT]))
    assert tokenizer.unk_token_id not in ids
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(150):
        words = ids[torch.randint(len(WORDS), (32, 6))]
        labels = torch.arange(32) % 2
        words[torch.arange(1, 32, 2), torch.randint(6, (16,))] = ids[-1]
        ends = torch.full((32, 1), tokenizer.cls_token_id), torch.full((32, 1), 3)
        output = model(input_ids=torch.cat([ends[0], words, ends[1]], dim=1), labels=labels)
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
    model.zero_grad(set_to_none=True)
    assert output.loss < 0.1, "the model of this test has not learned"
    return model.eval()


def rise(
    text: str, label: int, model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> float:
    """By how much the text raises the log-odds of a label, against a row of [MASK]."""
    whole = tokenizer(text, truncation=True, max_length=LONGEST, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        ends = [model(ids).logits for ids in (whole, mask_text(whole, tokenizer))]
    return float(log_odds(ends[0], label) - log_odds(ends[1], label))


@pytest.mark.parametrize("label", range(3))
def test_contributions_add_up_to_the_rise_of_the_log_odds(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer, label: int
) -> None:
    parts = attribute(TEXT, LABELS[label], random_model, tokenizer)
    expected = rise(TEXT, label, random_model, tokenizer)
    assert abs(expected) > 0.5
    assert sum(part.contribution for part in parts) == pytest.approx(expected, rel=0.03)


def test_contributions_add_up_for_a_model_that_has_learned(
    taught: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    text = "오늘 영화 다시 감동 음악"
    parts = attribute(text, "yes", taught, tokenizer)
    expected = rise(text, 1, taught, tokenizer)
    assert expected > 3
    assert sum(part.contribution for part in parts) == pytest.approx(expected, rel=0.05)


def test_the_piece_that_was_taught_gets_nearly_all(
    taught: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    for position in range(5):
        words = [*WORDS[:4]]
        words.insert(position, TAUGHT)
        parts = attribute(" ".join(words), "yes", taught, tokenizer)
        assert [part.piece for part in parts] == words
        total = sum(part.contribution for part in parts)
        assert parts[position].contribution > 0.8 * total > 0


def test_with_two_labels_what_speaks_for_one_speaks_against_the_other(
    taught: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    yes, no = (attribute("정말 감동", label, taught, tokenizer) for label in ("yes", "no"))
    for one, other in zip(yes, no, strict=True):
        assert one.contribution == pytest.approx(-other.contribution, abs=1e-4)


def test_a_piece_that_is_the_mask_contributes_nothing(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    parts = attribute("배송 [MASK] 환불", LABELS[0], random_model, tokenizer)
    assert [part.piece for part in parts if part.contribution == 0] == ["[MASK]"]


def test_pieces_stand_in_the_order_of_the_text(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    parts = attribute(TEXT, LABELS[0], random_model, tokenizer)
    assert [part.piece for part in parts] == tokenizer.tokenize(TEXT)


def test_log_odds_of_three_labels() -> None:
    logits = torch.tensor([[0.3, -1.0, 2.0], [0.0, 0.0, 0.0]])
    shares = logits.softmax(dim=1)
    for label in range(3):
        expected = (shares[:, label] / (1 - shares[:, label])).log()
        torch.testing.assert_close(log_odds(logits, label), expected)


def test_log_odds_of_a_model_that_is_very_sure() -> None:
    assert log_odds(torch.tensor([[-100.0, 100.0]]), label=1).item() == 200


def test_the_mask_leaves_the_ends(tokenizer: BertTokenizer) -> None:
    ids = tokenizer("음악 감동", return_tensors="pt")["input_ids"]
    assert tokenizer.convert_ids_to_tokens(mask_text(ids, tokenizer)[0]) == [
        "[CLS]", "[MASK]", "[MASK]", "[SEP]",
    ]  # fmt: skip


def test_an_unknown_label(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    with pytest.raises(ValueError, match=r"no label '칭찬'; it has '교환', '배송', '환불'\."):
        attribute(TEXT, "칭찬", random_model, tokenizer)


def test_the_model_keeps_no_gradients(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    attribute(TEXT, LABELS[0], random_model, tokenizer)
    assert all(weight.grad is None for weight in random_model.parameters())
    assert all(weight.requires_grad for weight in random_model.parameters())


def test_gradients_that_were_there_stay(tokenizer: BertTokenizer) -> None:
    model = small_model()
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    attribute(TEXT, LABELS[0], model, tokenizer)
    assert all((weight.grad == 1).all() for weight in model.parameters())


def test_a_long_text_is_cut_to_what_the_model_can_take(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    parts = attribute("영화 " * 500, LABELS[0], random_model, tokenizer)
    assert [part.piece for part in parts] == ["영화"] * (LONGEST - 2)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_text_without_pieces(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer, text: str
) -> None:
    assert attribute(text, LABELS[0], random_model, tokenizer) == []


def test_a_model_left_in_train_mode_answers_without_dropout(
    random_model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    expected = attribute(TEXT, LABELS[0], random_model.eval(), tokenizer)
    assert attribute(TEXT, LABELS[0], random_model.train(), tokenizer) == expected


@pytest.mark.parametrize("at_once", [5, 64, 1_000])
def test_how_many_steps_are_taken_at_once_changes_nothing(
    random_model: BertForSequenceClassification,
    tokenizer: BertTokenizer,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    expected = attribute(TEXT, LABELS[0], random_model, tokenizer)
    monkeypatch.setattr(attribution, "STEPS_AT_ONCE", at_once)
    got = attribute(TEXT, LABELS[0], random_model, tokenizer)
    assert [part.contribution for part in got] == pytest.approx(
        [part.contribution for part in expected], abs=1e-4
    )
