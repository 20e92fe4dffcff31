"""Downloads on a bad day: servers that misbehave, full disks, killed and simultaneous processes."""

import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from huggingface_hub import constants
from Korpora import Korpora, korpus_nsmc
from safetensors.torch import load_file

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import CORPORA, FILES
from helpers.download import fetch_corpus
from helpers.model import load_config, load_model, load_tokenizer
from helpers.support import network
from helpers.support.model_files import CONFIG, VOCABULARY, WEIGHTS
from tests.stand_ins import faulty_server
from tests.stand_ins.faulty_server import Refusal
from tests.stand_ins.servers import COMMIT, Fault, FileServer

CLOSED_PORT = "http://127.0.0.1:9"  # discard: the connection is refused at once
LOADERS = {CONFIG[0]: load_config, VOCABULARY[0]: load_tokenizer, WEIGHTS[0]: load_model}
THINGS = [*FILES, *LOADERS]
TRY_AGAIN = 'try again, or go on without a network: SCALE = "mini" (or --scale mini).'
DAMAGED = "arrived damaged"

FAULTS: dict[str, tuple[Fault | None, str]] = {
    "no network": (None, "refused. Check the network and try again"),
    "cut in the middle": (faulty_server.cut_in_the_middle, ""),
    "too short": (faulty_server.too_short, DAMAGED),
    "too long": (faulty_server.too_long, DAMAGED),
    "wrong content": (faulty_server.log_in_page, ""),
    "404": (Refusal(404), "the server answers 404 (Not Found). Check that the name is right"),
    "503": (Refusal(503), "the server answers 503 (Service Unavailable). Wait some minutes"),
    "silence": (faulty_server.silence, "fell silent (timed out). Check the network"),
}
UNNOTICED = "too short"  # by the hub's client, which compares no checksums
CASES = [
    (file, name)
    for file in THINGS
    for name in FAULTS
    if file in FILES or name != "too long"  # a vocabulary with one more piece has no damage to see
]


@dataclass
class Download:
    """Something to fetch, its server, and where its files lie when they have come."""

    server: FileServer
    point_at: Callable[[str], None]
    fetch: Callable[[], object]
    folder: Path
    file: str

    def final_files(self) -> list[Path]:
        """Whatever stands under a name that a program would look for."""
        return [path for path in self.folder.rglob("*") if path.is_file() and path.name in THINGS]

    def assert_all_whole(self) -> None:
        for path in self.final_files():
            assert path.read_bytes() == (self.server.folder / path.name).read_bytes(), path

    def assert_succeeds_and_then_asks_nothing(self) -> None:
        self.fetch()
        assert self.file in [path.name for path in self.final_files()]
        self.assert_all_whole()
        asked = len(self.server.requests)
        self.fetch()
        self.point_at(CLOSED_PORT)
        self.fetch()
        assert len(self.server.requests) == asked


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody sleeps, and silence is short; the list says how long the pauses would have been."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(network, "SILENCE", 0.3)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.1)
    return slept


@pytest.fixture
def full(tmp_path: Path) -> ClassificationTrainArguments:
    return ClassificationTrainArguments(
        downstream_corpus_root_dir=tmp_path / "Korpora",
        downstream_model_dir=tmp_path / "checkpoints",
    )


@pytest.fixture
def corpus(
    full: ClassificationTrainArguments, corpus_host: FileServer, monkeypatch: pytest.MonkeyPatch
) -> Download:
    """The corpus, by Korpora."""

    def point_at(url: str) -> None:
        for information, file in zip(korpus_nsmc.NSMC_FETCH_INFORMATION, FILES, strict=True):
            monkeypatch.setitem(information, "url", f"{url}/nsmc/{file}")

    monkeypatch.setitem(CORPORA, "nsmc", CORPORA["mini_reviews"])
    point_at(corpus_host.url)
    folder = Path(full.downstream_corpus_root_dir)
    return Download(corpus_host, point_at, lambda: fetch_corpus(full), folder, FILES[0])


@pytest.fixture
def model(
    full: ClassificationTrainArguments,
    hub: FileServer,
    full_scale_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Download:
    """The model, by the hub's client."""

    def point_at(url: str) -> None:
        monkeypatch.setattr(constants, "ENDPOINT", url)
        template = url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    cache = Path(full_scale_environment["HF_HOME"]) / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    point_at(hub.url)
    return Download(hub, point_at, lambda: load_config(full), cache, CONFIG[0])


@pytest.fixture
def download(request: pytest.FixtureRequest, full: ClassificationTrainArguments) -> Download:
    """What fetches the file that the test is parametrised with."""
    file = request.param
    if file in FILES:
        return replace(request.getfixturevalue("corpus"), file=file)
    return replace(request.getfixturevalue("model"), file=file, fetch=lambda: LOADERS[file](full))


each_kind = pytest.mark.parametrize("download", [FILES[0], WEIGHTS[0]], indirect=True)


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired", "SSL_CERT_FILE"),
        ("Tunnel connection failed: 407 Proxy Authentication Required", "HTTPS_PROXY"),
    ],
)
def test_the_remedy_is_one_for_the_cause(said: str, helps: str) -> None:
    with pytest.raises(ConnectionError, match=helps), network.explained("The corpus"):
        raise URLError(OSError(said))


@pytest.mark.parametrize(("download", "name"), CASES, indirect=["download"])
def test_after_a_fault_one_sentence_says_what_to_do_and_that_helps(
    download: Download, name: str
) -> None:
    fault, sentence = FAULTS[name]
    if download.file in LOADERS and name == UNNOTICED:
        sentence = "Delete the folder "
    if fault is None:
        download.point_at(CLOSED_PORT)
    else:
        download.server.misbehave(fault, download.file)
    with pytest.raises((ConnectionError, ValueError)) as caught:
        download.fetch()
    assert sentence in str(caught.value) and "\n" not in str(caught.value)
    if sentence == "Delete the folder ":
        shutil.rmtree(str(caught.value).split(sentence)[1].split(" and run")[0])
    else:
        assert str(caught.value).endswith(TRY_AGAIN)
    download.assert_all_whole()
    download.server.heal()
    download.point_at(download.server.url)
    download.assert_succeeds_and_then_asks_nothing()


@pytest.mark.parametrize("download", THINGS, indirect=True)
def test_a_fault_that_passes_costs_pauses_and_no_error(
    download: Download, pauses: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    download.server.misbehave(Refusal(503), download.file, answers=2)
    download.assert_succeeds_and_then_asks_nothing()
    assert len(pauses) == 2
    if download.file in FILES:
        assert capsys.readouterr().out.count("Trying again in ") == 2
        assert socket.getdefaulttimeout() is None


def test_a_forced_download_that_fails_leaves_the_whole_corpus(
    corpus: Download, full: ClassificationTrainArguments
) -> None:
    corpus.fetch()
    corpus.server.misbehave(faulty_server.too_short, FILES[1])
    with pytest.raises(ValueError, match=DAMAGED):
        fetch_corpus(replace(full, force_download=True))
    assert sorted(path.name for path in corpus.final_files()) == sorted(FILES)
    corpus.assert_all_whole()
    corpus.assert_succeeds_and_then_asks_nothing()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda lines: lines[:-1], "has 1,499 rows, and not 1,500."),
        (lambda lines: [*lines[:-1], b'0\t"\t1\n'], "line 1501: the row that begins here cannot"),
    ],
)
def test_what_korpora_itself_left_damaged_is_named_and_fetched_anew(
    corpus: Download,
    full: ClassificationTrainArguments,
    damage: Callable[[list[bytes]], list[bytes]],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Korpora.fetch("nsmc", root_dir=full.downstream_corpus_root_dir)
    path = corpus.folder / "nsmc" / FILES[0]
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    corpus.assert_succeeds_and_then_asks_nothing()
    said = capsys.readouterr().out
    assert said.startswith(str(path)) and sentence in said and "It is fetched anew.\n" in said


def test_a_model_that_the_hub_does_not_have_is_named(
    model: Download, full: ClassificationTrainArguments
) -> None:
    args = replace(full, pretrained_model_name="beomi/kcbert-bass")
    with pytest.raises(ConnectionError, match=r"'beomi/kcbert-bass'.*no config.json under this"):
        load_config(args)


def test_weights_that_are_no_safetensors_are_found(
    model: Download, full: ClassificationTrainArguments, kcbert_like: Path, tmp_path: Path
) -> None:
    model.server.folder = Path(shutil.copytree(kcbert_like, tmp_path / "my-bert"))
    torch.save(load_file(kcbert_like / WEIGHTS[0]), model.server.folder / WEIGHTS[1])
    (model.server.folder / WEIGHTS[0]).unlink()
    assert len(load_tokenizer(full)) == load_model(full).config.vocab_size
    # For such weights, transformers looks for a converted copy in any case.
    asked = [path for path in model.server.requests if path.endswith(WEIGHTS)]
    load_model(full)
    assert [path for path in model.server.requests if path.endswith(WEIGHTS)] == asked


def test_a_snapshot_that_others_have_fetched_loads_without_a_network(
    model: Download, full: ClassificationTrainArguments
) -> None:
    """Nobody has noted in it which files the hub does not have."""
    cached = model.folder / "models--beomi--kcbert-base"
    shutil.copytree(model.server.folder, cached / "snapshots" / COMMIT)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)
    model.point_at(CLOSED_PORT)
    assert len(load_tokenizer(full)) == load_model(full).config.vocab_size


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Let the system refuse to make a file larger than ``size`` bytes."""
    usual, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, hard))


@pytest.mark.parametrize("download", [*FILES, WEIGHTS[0]], indirect=True)
def test_a_full_disk(download: Download) -> None:
    with at_most(20_000), pytest.raises(OSError, match=r"does not fit on the disk.*Delete files"):
        download.fetch()
    download.assert_all_whole()
    download.assert_succeeds_and_then_asks_nothing()


@pytest.fixture
def start(
    download: Download, full_scale_environment: dict[str, str], full: ClassificationTrainArguments
) -> Callable[[], subprocess.Popen[bytes]]:
    """Fetch in a process of its own."""
    fetch = "fetch_corpus" if download.file in FILES else "load_model"
    folder = full.downstream_corpus_root_dir
    program = (
        f"from helpers import ClassificationTrainArguments, {fetch}\n"
        f"{fetch}(ClassificationTrainArguments(downstream_corpus_root_dir={folder!r}))"
    )
    command = [sys.executable, "-c", program]
    return lambda: subprocess.Popen(command, env=full_scale_environment, stderr=subprocess.PIPE)


@each_kind
def test_two_processes_at_once(
    download: Download, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    processes = [start(), start()]
    for process in processes:
        _, printed = process.communicate(timeout=60)
        assert process.returncode == 0, printed.decode()
    download.assert_succeeds_and_then_asks_nothing()


@each_kind
def test_killed_in_the_middle(
    download: Download, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    download.server.misbehave(faulty_server.silence_in_the_middle, download.file)
    process = start()
    assert download.server.half_sent.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    download.assert_all_whole()
    download.server.heal()
    download.assert_succeeds_and_then_asks_nothing()
    assert not list(download.folder.glob("*.part"))
