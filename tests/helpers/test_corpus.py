"""Fetching, reading and splitting reviews."""

import csv
import lzma
import re
import shutil
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from Korpora import Korpora, korpus_nsmc
from pandas import DataFrame

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import (
    CORPORA,
    FILES,
    ClassificationExample,
    NsmcCorpus,
    read_nsmc,
    split_validation,
)
from helpers.download import fetch_corpus
from helpers.support.tables import read_rows
from tests.conftest import MINI_REVIEWS, NSMC
from tests.stand_ins.servers import FileServer

HEADER = "id\tdocument\tlabel\n"


@pytest.fixture
def nsmc_args(args: ClassificationTrainArguments) -> ClassificationTrainArguments:
    return replace(args, downstream_corpus_name="nsmc")


@pytest.fixture
def nsmc_addresses(corpus_host: FileServer, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    """Korpora's addresses of NSMC, changed to the host on 127.0.0.1."""
    for information, name in zip(korpus_nsmc.NSMC_FETCH_INFORMATION, FILES, strict=True):
        monkeypatch.setitem(information, "url", f"{corpus_host.url}/nsmc/{name}")
    monkeypatch.setitem(CORPORA, "nsmc", CORPORA["mini_reviews"])
    return corpus_host


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_quoted_and_empty_documents_and_windows_lines_are_read(tmp_path: Path) -> None:
    rows = '1\t"""열린 따옴표"\t1\r\n2\t\t0\n3\ta "b" c\t0\n4\t"두\n줄, 한\t탭"\t1\n'
    assert read_nsmc(write(tmp_path / "a.txt", HEADER + rows)) == [
        ClassificationExample("1", '"열린 따옴표', 1),
        ClassificationExample("2", "", 0),
        ClassificationExample("3", 'a "b" c', 0),
        ClassificationExample("4", "두\n줄, 한\t탭", 1),
    ]


@given(
    texts=st.lists(st.text(st.sampled_from("가a \"\t\n,'\\\x0c\u2028")), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_pandas_writes_is_read_as_it_was(
    texts: list[str], quoting: int, line_end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("written") / "table.tsv"
    ids = [str(number) for number in range(len(texts))]
    table = DataFrame({"id": ids, "document": texts, "label": 1})
    table.to_csv(path, sep="\t", index=False, quoting=quoting, lineterminator=line_end)
    assert read_nsmc(path) == [
        ClassificationExample(*row, 1) for row in zip(ids, texts, strict=True)
    ]
    assert [row.values["document"] for row in read_rows(path)] == texts


@pytest.mark.parametrize(
    ("later", "sentence"),
    [
        ("4000\t재밌다\t1\n", "cannot be read (unexpected end of data); put a text with a quote"),
        (
            '4000\t"그는 ""응""이라고"\t1\n',
            "cannot be read ('<TAB>' expected after '\"'); put a text",
        ),
        ('4000\t그만"\t1\n', "holds further rows, so a quote was left open; put a text"),
    ],
)
def test_an_open_quote_is_refused_where_it_begins(
    tmp_path: Path, later: str, sentence: str
) -> None:
    rows = [f"{number}\t재밌다\t1\n" for number in range(5_000)]
    rows[2] = '2\t"열린 따옴표\t1\n'
    rows[4_000] = later
    path = write(tmp_path / "a.txt", HEADER + "".join(rows))
    with pytest.raises(ValueError) as caught:
        read_nsmc(path)
    assert re.match(rf"{path}, line 4: the \w+ that begins here ", str(caught.value))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: the header must be"),
        ("1\t좋아요\t1\n", "line 1: the header must be"),
        (HEADER + "1\t좋아요\t1\n2\t별로\n", "line 3: 3 columns are needed, 2 found"),
        (HEADER + "1\t좋\t아요\t1\n", "line 2: 3 columns are needed, 4 found"),
        (HEADER + "1\t좋아요\tgood\n", "line 2: label must be 0 or 1; it is 'good'"),
        (HEADER + "1\t좋아요\t\n", "line 2: label must be 0 or 1; it is ''"),
        (HEADER + "1\t좋아요\t1\n\n2\t별로\t0\n", "line 3: 3 columns are needed, 0 found"),
    ],
)
def test_malformed_files_are_refused_with_file_and_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = write(tmp_path / "bad.txt", text)
    with pytest.raises(ValueError) as caught:
        read_nsmc(path)
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cp949.txt"
    path.write_bytes((HEADER + "1\tfine\t1\n2\t좋아요\t1\n").encode("cp949"))
    with pytest.raises(ValueError, match="line 3: not UTF-8"):
        read_nsmc(path)


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="fetch_corpus"):
        read_nsmc(tmp_path / "ratings_train.txt")


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the 200,000 reviews in ../shared")
def test_no_row_of_nsmc_is_lost_or_changed() -> None:
    train, test = (read_nsmc(NSMC / name) for name in FILES)
    assert (len(train), len(test)) == (150_000, 50_000)
    assert Counter(example.label for example in train + test) == {0: 100_000, 1: 100_000}
    for name, examples in zip(FILES, (train, test), strict=True):
        with (NSMC / name).open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t")
            assert next(rows) == HEADER.split()
            assert [[e.id, e.text, str(e.label)] for e in examples] == list(rows)


def test_split_is_stratified_disjoint_and_seeded() -> None:
    examples = [ClassificationExample(str(i), "", int(i % 4 == 0)) for i in range(400)]
    train, val = split_validation(examples, 0.1)
    assert Counter(example.label for example in val) == {0: 30, 1: 10}
    assert sorted(train + val, key=lambda e: int(e.id)) == examples
    assert split_validation(examples, 0.1) == (train, val)
    assert split_validation(examples, 0.1, seed=1) != (train, val)


def test_parts_of_the_bundled_corpus(args: ClassificationTrainArguments) -> None:
    fetch_corpus(args)
    corpus = NsmcCorpus()
    parts = {mode: corpus.get_examples(args, mode) for mode in ("train", "val", "test")}
    assert {mode: len(part) for mode, part in parts.items()} == {
        "train": 1_200,
        "val": 300,
        "test": 500,
    }
    assert all(sum(e.label for e in part) * 2 == len(part) for part in parts.values())
    ids = [example.id for part in parts.values() for example in part]
    assert len(ids) == len(set(ids))
    with pytest.raises(ValueError, match="mode must be 'train', 'val' or 'test'; it is 'dev'"):
        corpus.get_examples(args, "dev")


def test_korpora_fetches_the_bundled_corpus_without_network(tmp_path: Path) -> None:
    Korpora.fetch(corpus_name="mini_reviews", root_dir=tmp_path, force_download=True)
    for name in FILES:
        fetched = tmp_path / "mini_reviews" / name
        assert fetched.read_bytes() == (MINI_REVIEWS / name).read_bytes()


def test_fetch_asks_nothing_when_the_files_are_there(
    nsmc_args: ClassificationTrainArguments, nsmc_addresses: FileServer
) -> None:
    folder = fetch_corpus(nsmc_args)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    asked = len(nsmc_addresses.requests)
    fetch_corpus(nsmc_args)
    assert len(nsmc_addresses.requests) == asked
    fetch_corpus(replace(nsmc_args, force_download=True))
    assert len(nsmc_addresses.requests) > asked


def test_unreachable_host(
    nsmc_args: ClassificationTrainArguments, nsmc_addresses: FileServer
) -> None:
    nsmc_addresses.folder = Path("nowhere")  # every file is a 404 now
    with pytest.raises(ConnectionError, match='SCALE = "mini"'):
        fetch_corpus(nsmc_args)


def test_a_damaged_download_leaves_the_good_copy_alone(
    nsmc_args: ClassificationTrainArguments, nsmc_addresses: FileServer, tmp_path: Path
) -> None:
    folder = fetch_corpus(nsmc_args)
    before = {name: (folder / name).read_bytes() for name in FILES}
    damaged = tmp_path / "damaged"
    shutil.copytree(MINI_REVIEWS, damaged)
    (damaged / FILES[1]).write_text("<html>Too many requests</html>")
    nsmc_addresses.folder = damaged
    with pytest.raises(ValueError, match="line 1: the header must be"):
        fetch_corpus(replace(nsmc_args, force_download=True))
    assert {name: (folder / name).read_bytes() for name in FILES} == before


def bundled_texts() -> list[str]:
    return [e.text for name in FILES for e in read_nsmc(MINI_REVIEWS / name) if e.text]


def test_bundled_corpus_has_no_near_duplicates() -> None:
    texts = bundled_texts()
    assert len(texts) == 1_996
    trigrams = [{text[i : i + 3] for i in range(max(1, len(text) - 2))} for text in texts]
    for (one, ours), (other, theirs) in combinations(zip(texts, trigrams, strict=True), 2):
        assert len(ours & theirs) <= 0.8 * len(ours | theirs), (one, other)


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the public reviews in ../shared")
def test_bundled_corpus_is_our_own() -> None:
    public = {e.text.strip() for name in FILES for e in read_nsmc(NSMC / name)}
    with lzma.open(NSMC / "unlabelled.txt.xz", "rt", encoding="utf-8") as lines:
        public.update(line.strip() for line in lines)
    assert not public.intersection(bundled_texts())
