"""Which word pieces pushed a decision: the sum is right, and so are the shares."""

import pytest
import torch

from helpers.attribution import attribute, log_odds
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer

MODEL, TOKENIZER = small_model(), small_tokenizer()
TEXT = "주문한 지 일주일인데 배송이 안 와서 환불하고 싶어요"


@pytest.mark.parametrize("label", LABELS)
def test_contributions_add_up_to_the_rise_of_the_log_odds(label: str) -> None:
    """Together, the pieces raise the log-odds as the text does over as many [MASK]s."""
    parts = attribute(TEXT, label, MODEL, TOKENIZER)
    assert [part.piece for part in parts] == TOKENIZER.tokenize(TEXT)
    whole = TOKENIZER(TEXT, return_tensors="pt")["input_ids"]
    masked = torch.cat([whole[:, :1], torch.full_like(whole[:, 2:], TOKENIZER.mask_token_id),
                        whole[:, -1:]], dim=1)  # fmt: skip
    with torch.no_grad():
        end, start = (
            log_odds(MODEL(ids).logits, LABELS.index(label)).item() for ids in (whole, masked)
        )
    assert abs(end - start) > 0.5
    assert sum(part.contribution for part in parts) == pytest.approx(end - start, rel=0.03)


@pytest.mark.parametrize("text", ["[MASK] 배송 환불", "배송 [MASK] 환불", "배송 환불 [MASK]"])
def test_a_piece_that_is_the_mask_contributes_nothing_and_every_other_one_something(
    text: str,
) -> None:
    """So each share stands beside its own piece."""
    parts = attribute(text, LABELS[0], MODEL, TOKENIZER)
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
