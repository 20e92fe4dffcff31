"""Draw the lessons' figures: from each SVG a PNG, since Colab does not show SVG.

python -m tools.figures   # notebooks/figures/*/NAME.svg to NAME.png; needs Chromium

The SVG is what one edits. Each PNG notes which text it was drawn from.
"""

import hashlib
import shutil
import sys
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, sync_playwright

from helpers.notebook import KOREAN_FONT
from tools.lessons import LESSONS, ROOT

FIGURES = LESSONS.parent / "figures"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
SCALE = 1.5  # sharp where a page shows 1,300 pixels across, and not much larger than the page
# The bundled font, so that a figure looks alike wherever it is drawn.
STYLE = """<style>
@font-face { font-family: Course; src: url("data:font/ttf;base64,FONT"); }
body { margin: 0; } svg { display: block; }
text { font-family: Course; } text[font-family=monospace] { font-family: monospace, Course; }
</style>"""


def find_chromium() -> str | None:
    """Return where Chromium is on this machine; None: nowhere."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def source_of(figure: Path) -> str:
    """Return the checksum of an SVG's text, which its PNG notes."""
    return hashlib.sha256(figure.read_bytes()).hexdigest()


def noted_source(drawing: Path) -> str | None:
    """Return the checksum that a PNG notes; None: it was not drawn by this command."""
    with Image.open(drawing) as image:
        return image.info.get("source")


def web_font() -> str:
    """Return the bundled font, encoded, without what type designers left: browsers refuse it."""
    buffer = BytesIO()
    with TTFont(KOREAN_FONT) as font:
        for table in [*font.keys()]:
            if table.startswith("TSI"):
                del font[table]
        font.save(buffer)
    return b64encode(buffer.getvalue()).decode()


def draw(figure: Path, browser: Browser, font: str) -> None:
    """Draw an SVG as a PNG beside it."""
    page = browser.new_page(device_scale_factor=SCALE)
    page.set_content(STYLE.replace("FONT", font))
    page.evaluate("document.fonts.load('16px Course')")  # before there is text that waits for it
    page.evaluate("svg => { document.body.innerHTML = svg }", figure.read_text(encoding="utf-8"))
    pixels = page.locator("svg").screenshot()
    page.close()
    note = PngInfo()
    note.add_text("source", source_of(figure))
    with Image.open(BytesIO(pixels)) as image:
        palette = image.convert("RGB").quantize(256)
        palette.save(figure.with_suffix(".png"), pnginfo=note, optimize=True)


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit(f"Drawing figures needs Chromium: install one of {', '.join(CHROMIUMS)}.")
    font = web_font()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for figure in sorted(FIGURES.glob("*/*.svg")):
            draw(figure, browser, font)
            print(figure.relative_to(ROOT).with_suffix(".png"))
        browser.close()


if __name__ == "__main__":
    main()
