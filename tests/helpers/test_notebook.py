"""Hangul in figures."""

import warnings

import matplotlib
import matplotlib.pyplot as plt

from helpers.notebook import use_korean_font


def complaints_about(text: str) -> list[str]:
    """Draw a text and return matplotlib's complaints about missing glyphs."""
    figure, axes = plt.subplots()
    axes.set_title(text)
    axes.plot([-1, 1])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.canvas.draw()
    plt.close(figure)
    return [str(warning.message) for warning in caught if "Glyph" in str(warning.message)]


def test_hangul_has_glyphs_only_with_the_font() -> None:
    text = "핵꿀잼 뷁 쀍 ㅋㅋ ㅠㅠ [CLS] 100 %"
    with matplotlib.rc_context({"font.family": "DejaVu Sans"}):
        assert complaints_about(text)
        use_korean_font()
        assert complaints_about(text) == []
