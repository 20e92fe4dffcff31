"""A fine-tuned model as a web page: a text box, bars, and the pieces that pushed the decision.

python -m helpers.page FOLDER    # an exported model; opens on this machine alone
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.attribution import attribute
from helpers.export import load_exported
from helpers.inference import predict

MOST_CHARACTERS = 500
LOCALHOST = "127.0.0.1"


def make_page(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, examples: Sequence[str]
) -> gr.Interface:
    """Return a page for a model; its method ``launch`` starts it, ``close`` ends it.

    Programs call it as well: the endpoint ``/predict`` takes a text. Nothing is sent to anybody
    about who uses the page, and nothing that is typed is kept.
    """

    def answer(text: str) -> tuple[dict[str, float], list[tuple[str, float]]]:
        if not text.strip():
            raise gr.Error("Write something first.")
        if len(text) > MOST_CHARACTERS:  # the box has a limit, too, but programs do not see it
            raise gr.Error(f"At most {MOST_CHARACTERS} characters, please; this has {len(text)}.")
        (prediction,) = predict(text, model, tokenizer)
        pushes = attribute(text, prediction.label, model, tokenizer)
        largest = max((abs(push.contribution) for push in pushes), default=1)
        return prediction.probabilities, [(p.piece, p.contribution / largest) for p in pushes]

    return gr.Interface(
        answer,
        gr.Textbox(label="Text", lines=3, max_length=MOST_CHARACTERS),
        [gr.Label(label="Probability"), gr.HighlightedText(label="What pushed the decision")],
        examples=[[example] for example in examples],
        cache_examples=False,
        flagging_mode="never",
        analytics_enabled=False,
        api_name="predict",
        title="A fine-tuned model",
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="an exported model")
    parser.add_argument("--host", default=LOCALHOST, help="0.0.0.0 opens it to your network")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--share", action="store_true", help="a public link for three days")
    arguments = parser.parse_args()
    try:
        model, tokenizer = load_exported(arguments.folder)
    except FileNotFoundError as error:
        sys.exit(f"{error}")
    make_page(model, tokenizer, examples=()).launch(
        server_name=arguments.host, server_port=arguments.port, share=arguments.share
    )


if __name__ == "__main__":
    main()
