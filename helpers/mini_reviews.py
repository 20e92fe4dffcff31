"""The bundled review corpus, made known to Korpora under the name ``mini_reviews``.

Its addresses are ``file://`` URLs, so Korpora's own downloader copies it without a network.
"""

from pathlib import Path

from Korpora.loader import FETCH
from Korpora.utils import fetch

ASSETS = Path(__file__).resolve().parent / "assets"
MINI_REVIEWS = "mini_reviews"


def fetch_mini_reviews(root_dir: str | Path, force_download: bool = False) -> None:
    """Copy the bundled corpus into ``root_dir/mini_reviews`` as Korpora fetches any corpus."""
    for name in ("ratings_train.txt", "ratings_test.txt"):
        source = ASSETS / MINI_REVIEWS / name
        destination = Path(root_dir).absolute() / MINI_REVIEWS / name
        fetch(source.as_uri(), str(destination), MINI_REVIEWS, force_download)


def register_mini_reviews() -> None:
    """Let ``Korpora.fetch("mini_reviews")`` find the bundled corpus."""
    FETCH[MINI_REVIEWS] = fetch_mini_reviews
