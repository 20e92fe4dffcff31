"""The page as a process of its own: asked by a program, and used in Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import torch
from gradio.utils import get_upload_folder
from gradio_client import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.arguments import ClassificationTrainArguments
from helpers.export import export_model, load_exported
from helpers.inference import Prediction, predict
from helpers.model import load_model, load_tokenizer
from helpers.page import LOCALHOST, STRONGEST, main, make_page
from tests.conftest import ROOT
from tools.figures import CHROMIUMS, find_chromium

REVIEW = "배우들 연기가 정말 훌륭했고, 음악도 오래 기억에 남아요."
SCRIPT = "<script>alert('typed')</script><img src=x onerror=alert('typed')>"
EXAMPLES = ["시간이 아까웠다.", "<script>alert('example')</script><img src=x>"]
REFUSED = {
    "가" * 501: "At most 500 characters, please: this text has 501.",
    "가 " * 200: "This text is too long: the model reads at most 126 word pieces.",
    " \n": "Write something first.",
    "하하 \ud83d": "Character 4 is half of a character: delete it, or type the text again.",
}
# Writes down which addresses a process looks up and connects to.
SPY = """
import os, sys

log = open(os.environ["CONTACTS"], "a", buffering=1)

def note(event, arguments):
    if event == "socket.getaddrinfo":
        print(event, arguments[0], file=log)
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        print(event, arguments[1][0], file=log)

sys.addaudithook(note)
"""
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported model with a head of large random weights, so that it is sure of its answers."""
    args = ClassificationTrainArguments.for_scale("mini")
    torch.manual_seed(7)
    model = load_model(args)
    model.classifier.weight.data.mul_(30)
    folder = tmp_path_factory.mktemp("page") / "exported"
    export_model(model, load_tokenizer(args), ["부정", "긍정"], folder)
    (folder / "examples.txt").write_text("\n\n".join(EXAMPLES), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def exported(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    return load_exported(folder)


@pytest.fixture(scope="module")
def prediction(exported: tuple[PreTrainedModel, PreTrainedTokenizerBase]) -> Prediction:
    return predict(REVIEW, *exported)[0]


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the spy in the page's process writes."""
    folder = tmp_path_factory.mktemp("spy")
    (folder / "sitecustomize.py").write_text(SPY, encoding="utf-8")
    return folder / "contacts.txt"


@pytest.fixture(scope="module")
def address(folder: Path, contacts: Path) -> Iterator[str]:
    """Start the command where gradio's own settings ask for the opposite; yield its address."""
    with socket.create_server((LOCALHOST, 0)) as server:
        port = server.getsockname()[1]
    environment = os.environ | {
        "CONTACTS": str(contacts),
        "PYTHONPATH": f"{contacts.parent}{os.pathsep}{ROOT}",
        "GRADIO_ANALYTICS_ENABLED": "True",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SHARE": "True",
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY"), f"http://{LOCALHOST}:9"),
    }
    environment.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-m", "helpers.page", str(folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=PIPE, text=True) as process:
        try:
            address = f"http://{LOCALHOST}:{port}/"
            line = next((line for line in process.stdout if "The page is at" in line), "")
            assert line == f"The page is at {address} until you press Ctrl+C.\n"
            yield address
        finally:
            process.terminate()


def call(address: str, text: str) -> dict[str, Any]:
    """Ask without gradio's client, which cannot write half of a character."""
    content = json.dumps({"data": [text]}).encode("ascii")
    headers = {"Content-Type": "application/json"}
    endpoint = f"{address}gradio_api/run/predict"
    return httpx.post(endpoint, content=content, headers=headers, timeout=30).json()


def test_endpoint_answers_as_predict_does(
    address: str,
    exported: tuple[PreTrainedModel, PreTrainedTokenizerBase],
    prediction: Prediction,
) -> None:
    """Asked as README says."""
    label, shades = Client(address, analytics_enabled=False, verbose=False).predict(
        REVIEW, api_name="/predict"
    )
    assert label["label"] == prediction.label
    shares = {one["label"]: one["confidence"] for one in label["confidences"]}
    assert shares == pytest.approx(prediction.probabilities, abs=1e-5)
    assert [one["token"] for one in shades] == exported[1].tokenize(REVIEW)
    strengths = [abs(one["class_or_confidence"]) for one in shades]
    assert max(strengths) == pytest.approx(STRONGEST)


@pytest.mark.parametrize("text", REFUSED, ids=["characters", "word pieces", "empty", "half"])
def test_what_cannot_be_judged_is_refused(address: str, text: str) -> None:
    assert call(address, text)["error"] == REFUSED[text]


def test_files_are_refused(address: str) -> None:
    files = {"files": ("review.txt", REVIEW.encode())}
    assert httpx.post(f"{address}gradio_api/upload", files=files).status_code == 413


def test_process_talks_to_this_machine_alone(address: str, contacts: Path) -> None:
    call(address, REVIEW)
    noted = [line.split() for line in contacts.read_text(encoding="utf-8").splitlines()]
    assert {host for _, host in noted} == {LOCALHOST}
    config = httpx.get(f"{address}config").json()
    assert config["analytics_enabled"] is False and config["run_history"] is False


def test_page_is_open_at_localhost_only(address: str) -> None:
    # Whoever listens at 0.0.0.0 listens at this other address of the same machine, too.
    with pytest.raises(httpx.ConnectError):
        httpx.get(address.replace(LOCALHOST, "127.0.0.2"))


def test_page_of_a_lesson_is_as_private(
    exported: tuple[PreTrainedModel, PreTrainedTokenizerBase], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    page = make_page(*exported, examples=())
    try:
        page.launch(quiet=True, prevent_thread_lock=True)
        assert page.server_name == LOCALHOST and page.share is False
        assert page.input_components[0].max_length is None  # it would cut what is pasted in silence
        owned = Path(get_upload_folder())  # not one that all users of a machine share
        assert owned.stat().st_mode & 0o077 == 0 and owned.name.startswith("gradio-")
        assert page.config["analytics_enabled"] is False and page.config["run_history"] is False
    finally:
        page.close()


def test_errors_of_the_command(
    address: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for empty in (tmp_path, tmp_path / "misspelt", Path("mis/spelt")):
        monkeypatch.setattr(sys, "argv", ["page", str(empty)])
        with pytest.raises(SystemExit, match=rf"^There is no .*exported model in {empty}: write"):
            main()
    for content, said in (("뷁".encode("cp949"), "line 1: not UTF-8 text"), (b"\0", "a NUL char")):
        copied = shutil.copytree(folder, tmp_path / said[:6], dirs_exist_ok=True)
        (copied / "examples.txt").write_bytes(content)
        monkeypatch.setattr(sys, "argv", ["page", str(copied)])
        with pytest.raises(SystemExit, match=f"examples.txt, .*{said}"):
            main()
    for port in (str(urlsplit(address).port), "99999"):
        monkeypatch.setattr(sys, "argv", ["page", str(folder), "--port", port])
        with pytest.raises(SystemExit, match=f"^The page cannot start at .*{port}: choose"):
            main()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(f"the page was not tried in a browser: none of {', '.join(CHROMIUMS)} is here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser, address: str) -> Iterator[Page]:
    """A fresh browser with the page; whatever a test does, it may ask nobody but the page."""
    context = chromium.new_context()
    tab, asked = context.new_page(), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address)
    yield tab
    context.close()
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def submit(tab: Page) -> None:
    tab.get_by_role("button", name="Submit").click()


def test_review_is_judged(tab: Page, prediction: Prediction) -> None:
    tab.locator("textarea").fill(REVIEW)
    submit(tab)
    expect(tab.get_by_test_id("label-output-value")).to_have_text(prediction.label)
    for label, probability in prediction.probabilities.items():
        row = tab.get_by_test_id(f"{label}-confidence-set")
        expect(row).to_contain_text(f"{100 * probability:.0f}%")
    kept = "({...localStorage, ...sessionStorage, cookies: document.cookie})"
    assert REVIEW not in json.dumps(tab.evaluate(kept), ensure_ascii=False)
    assert tab.evaluate("indexedDB.databases()") == []


def test_script_stays_text(tab: Page) -> None:
    dialogs = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    scripts = tab.locator("script").count()
    expect(tab.get_by_role("button", name=EXAMPLES[1])).to_be_visible()
    tab.locator("textarea").fill(SCRIPT)
    submit(tab)
    expect(tab.get_by_text("+1", exact=True)).to_be_visible()  # of the legend of the pieces
    shown = tab.locator("body").inner_text().replace("##", "")
    assert "".join(SCRIPT.split()) in "".join(shown.split())
    assert tab.locator("script").count() == scripts
    assert tab.locator("img[src=x]").count() == 0 and dialogs == []
