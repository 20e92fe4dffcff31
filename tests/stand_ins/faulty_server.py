"""A server on 127.0.0.1 that misbehaves when it is told to, and the ways in which it can."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event

from tests.stand_ins.servers import COMMIT, FileHandler, FileServer, running

PORTAL = b"<html>Please log in to this network.</html>\n"
ENDLESS = 1_000_000  # answers

Fault = Callable[["FaultyHandler", bytes], None]


class FaultyServer(FileServer):
    """Serves the files of a folder; the next answers about one of them are faulty."""

    def __init__(self, folder: Path, prefix: str) -> None:
        super().__init__(folder, prefix, FaultyHandler)
        self.fault: Fault | None = None
        self.file = ""
        self.faulty_answers = 0
        self.half_sent = Event()  # somebody has got the first half, and waits for the second
        self.released = Event()  # silent answers end

    def misbehave(self, fault: Fault, file: str, answers: int = ENDLESS) -> None:
        self.fault, self.file, self.faulty_answers = fault, file, answers

    def heal(self) -> None:
        self.faulty_answers = 0
        self.released.set()


class FaultyHandler(FileHandler):
    """Answers as the fault says, and otherwise well."""

    server: FaultyServer

    def answer(self, with_body: bool) -> None:
        name = self.path.removeprefix(self.server.prefix)
        if name != self.server.file or not self.server.faulty_answers or not self.server.fault:
            super().answer(with_body)
            return
        self.server.requests.append(self.path)
        self.server.faulty_answers -= 1
        self.server.fault(self, (self.server.folder / name).read_bytes())

    def send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
            self.wfile.flush()


def headers_of(content: bytes, length: int | None = None) -> dict[str, str]:
    """What the hub would announce for ``content``, but with another length."""
    announced = len(content) if length is None else length
    checksum = sha256(content).hexdigest()
    return {"Content-Length": str(announced), "ETag": f'"{checksum}"', "X-Repo-Commit": COMMIT}


def cut_in_the_middle(handler: FaultyHandler, content: bytes) -> None:
    handler.send(200, headers_of(content), content[: len(content) // 2])


def too_short(handler: FaultyHandler, content: bytes) -> None:
    """Half of it under an honest length, cut at a line's end where there are lines."""
    half = content[: content.rfind(b"\n", 0, len(content) // 2) + 1 or len(content) // 2]
    handler.send(200, headers_of(content, len(half)), half)


def too_long(handler: FaultyHandler, content: bytes) -> None:
    longer = content + content.rstrip(b"\n").split(b"\n")[-1] + b"\n"
    handler.send(200, headers_of(content, len(longer)), longer)


def wrong_content(handler: FaultyHandler, content: bytes) -> None:
    """A log-in page that claims to be the file, of the file's own length."""
    page = (PORTAL * (len(content) // len(PORTAL) + 1))[: len(content)]
    handler.send(200, headers_of(content), page)


def log_in_page(handler: FaultyHandler, content: bytes) -> None:
    """A log-in page that knows nothing of lengths and checksums."""
    handler.send(200, {}, PORTAL)


def silence(handler: FaultyHandler, content: bytes) -> None:
    handler.server.released.wait(60)


def silence_in_the_middle(handler: FaultyHandler, content: bytes) -> None:
    cut_in_the_middle(handler, content)
    if handler.command == "GET":
        handler.server.half_sent.set()
        handler.server.released.wait(60)


def redirect_loop(handler: FaultyHandler, content: bytes) -> None:
    handler.send(302, {"Location": handler.path, "Content-Length": "0"})


@dataclass
class Refusal:
    """An answer that is a status and nothing else."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, handler: FaultyHandler, content: bytes) -> None:
        handler.send(self.status, {"Content-Length": "0"} | self.headers)


@contextmanager
def misbehaving(folder: Path, prefix: str) -> Iterator[FaultyServer]:
    """Serve ``folder`` below ``prefix`` by a server that can misbehave."""
    with running(FaultyServer(folder, prefix)) as server:
        try:
            yield server
        finally:
            server.heal()
