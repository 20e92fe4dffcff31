"""A fine-tuned model as a web page: a text box, bars, and the pieces that pushed the decision.

python -m helpers.page FOLDER    # a model that export_model wrote, for this machine alone

A file ``examples.txt`` in the folder gives the texts to click, one on each line.
"""

import os
import sys
import warnings
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

# Else all users of a machine would share one folder, of which the first one is the owner.
_FOLDER = TemporaryDirectory(prefix="gradio-")
os.environ.setdefault("GRADIO_TEMP_DIR", _FOLDER.name)

import gradio as gr
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.attribution import attribute
from helpers.encoding import encode_reviews
from helpers.export import load_exported, longest_input
from helpers.inference import predict
from helpers.support.files import read_utf8
from helpers.support.machine import print_anything
from helpers.support.texts import bare, compose, half_character

MOST_CHARACTERS = 500
STRONGEST = 0.7  # of full colour, on which black letters would be hard to read
LOCALHOST = "127.0.0.1"
# Fonts with Hangul that systems bring along.
FONTS = ["Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "NanumGothic", "sans-serif"]
# gradio 6.24, Colab's, forgets to await the name of the user, and nobody has one here.
warnings.filterwarnings("ignore", "coroutine '.+get_current_user' was never", RuntimeWarning)
LEGEND = """
Red pieces pushed the model towards its answer, purple ones away from it; ## joins a piece to the
one before. What you write is not kept.

빨간 조각은 모델의 답을 뒷받침했고, 보라색 조각은 답과 반대쪽으로 밀었습니다. ##은 앞 조각에
이어진다는 표시입니다. 입력한 글은 저장되지 않습니다.
"""


class LocalPage(gr.Interface):
    """A page for this machine alone, which keeps nothing, unless ``launch`` is told otherwise."""

    def launch(self, *arguments: Any, **options: Any) -> Any:
        """Start the page as gradio does, with other defaults.

        ``server_name`` and ``share`` open it to others; the variable GRADIO_SERVER_NAME does not.
        In Colab nobody could reach it, so gradio makes a public link there, unless ``share=False``.
        """
        ours = {
            "server_name": LOCALHOST,
            "run_history": False,  # gradio's own default keeps every text in the browser
            "max_file_size": 1,  # byte: gradio lets everybody upload files, this page needs none
            "theme": gr.themes.Default(primary_hue="indigo", font=FONTS),
        }
        with local_without_proxy(options.get("server_name") or LOCALHOST):
            return super().launch(*arguments, **(ours | options))


@contextmanager
def local_without_proxy(host: str) -> Iterator[None]:
    """Let gradio ask its own page whether it has started, which no network's proxy can tell."""
    usual = {name: os.environ.get(name) for name in ("no_proxy", "NO_PROXY")}
    ours = ",".join({value for value in usual.values() if value} | {host, "localhost"})
    os.environ |= dict.fromkeys(usual, ours)
    try:
        yield
    finally:
        for name, value in usual.items():
            del os.environ[name]
            if value is not None:
                os.environ[name] = value


def find_fault(text: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> str | None:
    """Say in one sentence why a text cannot be judged; None: it can."""
    if not (text and bare(text)):
        return "Write something first."
    if (place := half_character(text)) is not None:
        return f"Character {place + 1} is half of a character: delete it, or type the text again."
    text = compose(text)  # decomposed Hangul has three characters for each that one sees
    if len(text) > MOST_CHARACTERS:
        return f"At most {MOST_CHARACTERS} characters, please: this text has {len(text):,}."
    most_pieces = longest_input(model, tokenizer)
    _, num_cut = encode_reviews([text], tokenizer, most_pieces)
    if num_cut:
        return f"This text is too long: the model reads at most {most_pieces - 2} word pieces."
    return None


def judge(
    text: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> tuple[dict[str, float], list[tuple[str, float]]]:
    """Return the probability of each label, and how strongly each piece pushed the decision.

    For a text that cannot be judged, it raises ``gr.Error``: the page shows why.
    """
    if fault := find_fault(text, model, tokenizer):
        raise gr.Error(fault, print_exception=False)
    (prediction,) = predict(text, model, tokenizer)
    pushes = attribute(text, prediction.label, model, tokenizer)
    largest = max((abs(push.contribution) for push in pushes), default=0) or 1
    shades = [(push.piece, STRONGEST * push.contribution / largest) for push in pushes]
    return prediction.probabilities, shades


def make_page(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, examples: Sequence[str]
) -> gr.Interface:
    """Return a page: ``launch`` starts it, ``close`` ends it; its endpoint is ``/predict``.

    Nothing is sent to anybody about who uses the page, and nothing that is typed is kept.
    """
    return LocalPage(
        lambda text: judge(text, model, tokenizer),
        gr.Textbox(label="Text · 글", lines=4),  # with max_length, it would cut in silence
        [
            gr.Label(label="Probability · 확률"),
            gr.HighlightedText(label="What pushed the answer · 판단의 근거", show_legend=True),
        ],
        examples=[[example] for example in examples],
        submit_btn="Submit · 제출",
        clear_btn="Clear · 지우기",
        flagging_mode="never",
        analytics_enabled=False,
        api_name="predict",
        title="Ask the model · 모델에게 물어보기",
        article=LEGEND,
    )


def read_examples(folder: Path) -> list[str]:
    """Return the lines of ``examples.txt`` in a model's folder; none if it has no such file."""
    path = folder / "examples.txt"
    return [line for line in read_utf8(path).split("\n") if bare(line)] if path.is_file() else []


def serve(page: gr.Interface, host: str, port: int, share: bool) -> None:
    """Start a page, say where it is, and keep it until Ctrl+C."""
    try:
        page.launch(
            server_name=host, server_port=port, share=share, quiet=True, prevent_thread_lock=True
        )
    except (OSError, OverflowError):
        sys.exit(f"The page cannot start at {host}, port {port}: choose another --port or --host.")
    print(f"The page is at {page.local_url} until you press Ctrl+C.", flush=True)
    page.block_thread()


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an exported model")
    parser.add_argument("--host", default=LOCALHOST, help="0.0.0.0 opens it to your network")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--share", action="store_true", help="a public link through gradio.live")
    arguments = parser.parse_args()
    print_anything()
    try:
        page = make_page(*load_exported(arguments.folder), read_examples(arguments.folder))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    serve(page, arguments.host, arguments.port, arguments.share)


if __name__ == "__main__":
    main()
