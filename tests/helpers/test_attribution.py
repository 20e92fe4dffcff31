"""Which word pieces pushed a decision: the sum is right, and so are the shares."""

import pytest
import torch
from transformers import BertForSequenceClassification

from helpers.attribution import attribute, log_odds, mask_text
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer

MODEL, TOKENIZER = small_model(), small_tokenizer()
TEXT = "주문한 지 일주일인데 배송이 안 와서 환불하고 싶어요"
WORDS = ("정말", "너무", "오늘", "영화", "음악", "다시", "그냥", "지금")  # one piece each
TAUGHT = "감동"


@pytest.fixture(scope="module")
def taught() -> BertForSequenceClassification:
    """A model that was trained to say "yes" to texts with the piece 감동, "no" to all others."""
    model = small_model(("no", "yes")).train()
    ids = torch.tensor(TOKENIZER.convert_tokens_to_ids([*WORDS, TAUGHT]))
    assert TOKENIZER.unk_token_id not in ids
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(150):
        words = ids[torch.randint(len(WORDS), (32, 6))]
        labels = torch.arange(32) % 2
        words[torch.arange(1, 32, 2), torch.randint(6, (16,))] = ids[-1]
        ends = torch.full((32, 1), TOKENIZER.cls_token_id), torch.full((32, 1), 3)
        output = model(input_ids=torch.cat([ends[0], words, ends[1]], dim=1), labels=labels)
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
    assert output.loss < 0.1, "the model of this test has not learned"
    return model.eval()


def assert_adds_up(text: str, label: str, model: BertForSequenceClassification) -> None:
    """The pieces are the text's, and together raise the log-odds as the text does over [MASK]s."""
    parts = attribute(text, label, model, TOKENIZER)
    assert [part.piece for part in parts] == TOKENIZER.tokenize(text)
    whole = TOKENIZER(text, return_tensors="pt")["input_ids"]
    number = model.config.label2id[label]
    with torch.no_grad():
        end, start = (
            log_odds(model(ids).logits, number).item()
            for ids in (whole, mask_text(whole, TOKENIZER))
        )
    assert abs(end - start) > 0.5
    assert sum(part.contribution for part in parts) == pytest.approx(end - start, rel=0.03)


@pytest.mark.parametrize("label", LABELS)
def test_contributions_add_up_to_the_rise_of_the_log_odds(label: str) -> None:
    assert_adds_up(TEXT, label, MODEL)


def test_the_piece_that_was_taught_gets_nearly_all(taught: BertForSequenceClassification) -> None:
    assert_adds_up("오늘 영화 다시 감동 음악", "yes", taught)
    for position in range(5):
        words = [*WORDS[:4]]
        words.insert(position, TAUGHT)
        contributions = [
            part.contribution for part in attribute(" ".join(words), "yes", taught, TOKENIZER)
        ]
        assert contributions[position] > 0.8 * sum(contributions) > 0


def test_a_piece_that_is_the_mask_contributes_nothing() -> None:
    parts = attribute("배송 [MASK] 환불", LABELS[0], MODEL, TOKENIZER)
    assert [part.piece for part in parts if part.contribution == 0] == ["[MASK]"]


def test_log_odds() -> None:
    logits = torch.tensor([[0.3, -1.0, 2.0], [0.0, 0.0, 0.0]])
    shares = logits.softmax(dim=1)
    for label in range(3):
        expected = (shares[:, label] / (1 - shares[:, label])).log()
        torch.testing.assert_close(log_odds(logits, label), expected)
    assert log_odds(torch.tensor([[-100.0, 100.0]]), label=1).item() == 200  # though p is 1


def test_an_unknown_label() -> None:
    with pytest.raises(ValueError, match=r"no label '칭찬'; it has '교환', '배송', '환불'\."):
        attribute(TEXT, "칭찬", MODEL, TOKENIZER)


@pytest.mark.parametrize(
    ("text", "pieces"), [("", []), ("   ", []), ("영화 " * 500, ["영화"] * (LONGEST - 2))]
)
def test_texts_without_pieces_and_with_too_many(text: str, pieces: list[str]) -> None:
    assert [part.piece for part in attribute(text, LABELS[0], MODEL, TOKENIZER)] == pieces


def test_a_model_left_in_train_mode_answers_without_dropout() -> None:
    expected = attribute(TEXT, LABELS[0], MODEL.eval(), TOKENIZER)
    assert attribute(TEXT, LABELS[0], MODEL.train(), TOKENIZER) == expected
