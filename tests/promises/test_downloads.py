"""Downloads on a bad day: servers that misbehave, full disks, killed and simultaneous processes."""

import os
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

import pytest
import torch
from huggingface_hub import constants
from Korpora import Korpora, korpus_nsmc
from safetensors.torch import load_file
from transformers import BertForMaskedLM

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import CORPORA, FILES
from helpers.download import fetch_corpus
from helpers.model import load_config, load_model, load_tokenizer
from helpers.scales import MINI_BERT
from helpers.support import network
from helpers.support.model_files import CONFIG, VOCABULARY, WEIGHTS
from tests.conftest import MINI_REVIEWS, ROOT
from tests.stand_ins import faulty_server
from tests.stand_ins.faulty_server import Refusal
from tests.stand_ins.servers import COMMIT, Fault, FileServer, serving
from tests.stand_ins.small_model import tiny_config

CLOSED_PORT = "http://127.0.0.1:9"  # discard: the connection is refused at once
LOADERS = {CONFIG[0]: load_config, VOCABULARY[0]: load_tokenizer, WEIGHTS[0]: load_model}
THINGS = [*FILES, *LOADERS]
TRY_AGAIN = 'try again, or go on without a network: SCALE = "mini" (or --scale mini).'
DAMAGED = "arrived damaged"

FAULTS: dict[str, tuple[Fault, str]] = {
    "cut in the middle": (faulty_server.cut_in_the_middle, ""),
    "too short": (faulty_server.too_short, DAMAGED),
    "too long": (faulty_server.too_long, DAMAGED),
    "wrong content": (faulty_server.wrong_content, DAMAGED),
    "a log-in page": (faulty_server.log_in_page, ""),
    "404": (Refusal(404), "the server answers 404 (Not Found). Check that the name is right"),
    "403": (Refusal(403), "the server answers 403 (Forbidden). Check that the name is right"),
    "429": (Refusal(429), "the server answers 429 (Too Many Requests). Wait some minutes"),
    "503": (Refusal(503), "the server answers 503 (Service Unavailable). Wait some minutes"),
    "520": (Refusal(520), "the server answers 520 (unknown). Wait some minutes"),
    "silence": (faulty_server.silence, "fell silent (timed out). Check the network"),
    "silence in the middle": (
        faulty_server.silence_in_the_middle,
        "fell silent (timed out). Check the network",
    ),
    "redirect loop": (faulty_server.redirect_loop, "redirects"),
}
UNNOTICED = ("too short", "wrong content")  # by the hub's client, which compares no checksums
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


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as on the hub, with the first 500 pieces of the bundled vocabulary."""
    folder = tmp_path_factory.mktemp("tiny")
    pieces = (MINI_BERT / "vocab.txt").read_text(encoding="utf-8").split("\n")[:500]
    torch.manual_seed(0)
    BertForMaskedLM(tiny_config(vocab_size=len(pieces))).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def full(tmp_path: Path) -> ClassificationTrainArguments:
    return ClassificationTrainArguments(
        downstream_corpus_root_dir=tmp_path / "Korpora",
        downstream_model_dir=tmp_path / "checkpoints",
    )


@pytest.fixture
def corpus(
    full: ClassificationTrainArguments, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Download]:
    """The corpus, by Korpora."""

    def point_at(url: str) -> None:
        for information, file in zip(korpus_nsmc.NSMC_FETCH_INFORMATION, FILES, strict=True):
            monkeypatch.setitem(information, "url", f"{url}/nsmc/{file}")

    monkeypatch.setitem(CORPORA, "nsmc", CORPORA["mini_reviews"])
    with serving(MINI_REVIEWS, "/nsmc/") as server:
        point_at(server.url)
        folder = Path(full.downstream_corpus_root_dir)
        yield Download(server, point_at, lambda: fetch_corpus(full), folder, FILES[0])


@pytest.fixture
def model(
    full: ClassificationTrainArguments,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Download]:
    """The model, by the hub's client."""

    def point_at(url: str) -> None:
        monkeypatch.setattr(constants, "ENDPOINT", url)
        template = url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    with serving(tiny_model, "/beomi/kcbert-base/resolve/main/") as server:
        point_at(server.url)
        yield Download(server, point_at, lambda: load_config(full), cache, CONFIG[0])


@pytest.fixture
def download(request: pytest.FixtureRequest, full: ClassificationTrainArguments) -> Download:
    """What fetches the file that the test is parametrised with."""
    file = request.param
    if file in FILES:
        return replace(request.getfixturevalue("corpus"), file=file)
    return replace(request.getfixturevalue("model"), file=file, fetch=lambda: LOADERS[file](full))


each_file = pytest.mark.parametrize("download", THINGS, indirect=True)
each_kind = pytest.mark.parametrize("download", [FILES[0], WEIGHTS[0]], indirect=True)


@pytest.mark.parametrize(("download", "name"), CASES, indirect=["download"])
def test_after_a_fault_one_sentence_says_what_to_do_and_that_helps(
    download: Download, name: str
) -> None:
    fault, sentence = FAULTS[name]
    if download.file in LOADERS and name in UNNOTICED:
        sentence = "Delete the folder "
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
    download.assert_succeeds_and_then_asks_nothing()


@each_file
def test_no_network(download: Download) -> None:
    download.point_at(CLOSED_PORT)
    with pytest.raises(ConnectionError, match=r"refused\. Check the network and try again"):
        download.fetch()
    assert download.final_files() == []
    download.point_at(download.server.url)
    download.assert_succeeds_and_then_asks_nothing()


@each_file
def test_a_fault_that_passes_costs_pauses_and_no_error(
    download: Download, pauses: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    download.server.misbehave(Refusal(503), download.file, answers=2)
    download.assert_succeeds_and_then_asks_nothing()
    assert len(pauses) == 2
    if download.file in FILES:
        assert capsys.readouterr().out.count("Trying again in ") == 2
        assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize(("fault", "_"), FAULTS.values(), ids=FAULTS)
def test_a_forced_download_that_fails_leaves_the_whole_corpus(
    corpus: Download, full: ClassificationTrainArguments, fault: Fault, _: str
) -> None:
    corpus.fetch()
    corpus.server.misbehave(fault, FILES[1])
    with pytest.raises((ConnectionError, ValueError)):
        fetch_corpus(replace(full, force_download=True))
    assert sorted(path.name for path in corpus.final_files()) == sorted(FILES)
    corpus.assert_all_whole()
    corpus.assert_succeeds_and_then_asks_nothing()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda lines: lines[:-1], "has 1,499 rows, and not 1,500."),
        (lambda lines: [*lines, b"0\t\t1\n"], "has 1,501 rows, and not 1,500."),
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


@pytest.mark.parametrize("file", LOADERS)
def test_a_file_damaged_in_the_hubs_cache_is_named_with_the_folder_to_delete(
    model: Download, full: ClassificationTrainArguments, file: str
) -> None:
    LOADERS[file](full)
    (path,) = [path for path in model.final_files() if path.name == file]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"Delete the folder .*models--beomi--kcbert-base and run"):
        LOADERS[file](full)


def test_a_snapshot_that_others_have_fetched_loads_without_a_network(
    model: Download, full: ClassificationTrainArguments, tiny_model: Path
) -> None:
    """Nobody has noted in it which files the hub does not have."""
    snapshot = model.folder / "models--beomi--kcbert-base" / "snapshots" / COMMIT
    shutil.copytree(tiny_model, snapshot)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text(COMMIT)
    model.point_at(CLOSED_PORT)
    assert len(load_tokenizer(full)) == load_model(full).config.vocab_size
    assert model.server.requests == []


@pytest.mark.parametrize("file", LOADERS)
@pytest.mark.parametrize("damage", ["cut", "other content", "missing"])
def test_the_damaged_part_of_a_folder_is_named(
    full: ClassificationTrainArguments, tiny_model: Path, tmp_path: Path, file: str, damage: str
) -> None:
    folder = tmp_path / "my-bert"
    shutil.copytree(tiny_model, folder)
    content = (folder / file).read_bytes()
    if damage == "missing":
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content[:-20] if damage == "cut" else b"\xff\xfe")
    with pytest.raises(ValueError) as caught:
        LOADERS[file](replace(full, pretrained_model_name=folder))
    part = {CONFIG[0]: "config", VOCABULARY[0]: "tokenizer", WEIGHTS[0]: "weights"}[file]
    assert part in str(caught.value)
    assert str(folder) in str(caught.value)


def test_a_model_that_the_hub_does_not_have_is_named(
    model: Download, full: ClassificationTrainArguments
) -> None:
    args = replace(full, pretrained_model_name="beomi/kcbert-bass")
    with pytest.raises(ConnectionError, match=r"'beomi/kcbert-bass'.*no config.json under this"):
        load_config(args)


def test_files_under_their_other_names_are_found(
    model: Download, full: ClassificationTrainArguments, tiny_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my-bert"
    shutil.copytree(tiny_model, folder)
    load_tokenizer(replace(full, pretrained_model_name=folder)).save_pretrained(folder)
    torch.save(load_file(folder / WEIGHTS[0]), folder / WEIGHTS[1])
    for name in (WEIGHTS[0], VOCABULARY[0]):
        (folder / name).unlink()
    model.server.folder = folder
    assert len(load_tokenizer(full)) == load_model(full).config.vocab_size
    files = [path for path in model.server.requests if "/resolve/" in path]
    assert len(load_tokenizer(full)) == load_model(full).config.vocab_size
    # For weights that are not safetensors, transformers looks for a converted copy in any case.
    assert [path for path in model.server.requests if "/resolve/" in path] == files


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


PROGRAM = """
import sys
from Korpora import korpus_nsmc
from helpers import corpus, download
from helpers.support import model_files
from helpers.arguments import ClassificationTrainArguments
for information in korpus_nsmc.NSMC_FETCH_INFORMATION:
    information["url"] = sys.argv[1] + "/nsmc/" + information["destination"].split("/")[-1]
corpus.CORPORA["nsmc"] = corpus.CORPORA["mini_reviews"]
if sys.argv[2] == "corpus":
    download.fetch_corpus(ClassificationTrainArguments(downstream_corpus_root_dir=sys.argv[3]))
else:
    model_files.fetch_files("beomi/kcbert-base", model_files.WEIGHTS)
"""


def start(download: Download) -> subprocess.Popen[bytes]:
    """Fetch in a process of its own."""
    kind = "corpus" if download.file in FILES else "model"
    command = [sys.executable, "-c", PROGRAM, download.server.url, kind, str(download.folder)]
    own = {
        "HF_ENDPOINT": download.server.url,
        "HF_HUB_CACHE": str(download.folder),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(command, env=os.environ | own, stderr=subprocess.PIPE)


@each_kind
def test_two_processes_at_once(download: Download) -> None:
    processes = [start(download), start(download)]
    for process in processes:
        _, printed = process.communicate(timeout=60)
        assert process.returncode == 0, printed.decode()
    download.assert_succeeds_and_then_asks_nothing()


@each_kind
def test_killed_in_the_middle(download: Download) -> None:
    download.server.misbehave(faulty_server.silence_in_the_middle, download.file)
    process = start(download)
    assert download.server.half_sent.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    download.assert_all_whole()
    download.server.heal()
    download.assert_succeeds_and_then_asks_nothing()
    assert not list(download.folder.glob("*.part"))
