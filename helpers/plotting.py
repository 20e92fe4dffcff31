"""Hangul in matplotlib figures."""

import matplotlib
from matplotlib import font_manager

from helpers.mini_reviews import ASSETS

KOREAN_FONT = ASSETS / "fonts" / "NanumGothic.ttf"


def use_korean_font() -> None:
    """Draw all text of the figures that follow in NanumGothic, which has every Hangul syllable.

    matplotlib's own font has no Hangul and draws empty boxes. NanumGothic has no U+2212, the long
    minus sign, so axes use the hyphen.
    """
    font_manager.fontManager.addfont(KOREAN_FONT)
    matplotlib.rcParams["font.family"] = "NanumGothic"
    matplotlib.rcParams["axes.unicode_minus"] = False
