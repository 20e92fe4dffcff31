"""Stand-ins on 127.0.0.1 for the model hub and the corpus' host; they misbehave when told to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ENDLESS = 1_000_000  # answers

Fault = Callable[["FileHandler", bytes], None]


class FileServer(ThreadingHTTPServer):
    """Serves the files of one folder and remembers what was asked for."""

    def __init__(self, folder: Path, prefix: str) -> None:
        super().__init__(("127.0.0.1", 0), FileHandler)
        self.folder = folder
        self.prefix = prefix
        self.requests: list[str] = []
        self.fault: Fault | None = None
        self.file = ""
        self.faulty_answers = 0
        self.half_sent = Event()  # somebody has got the first half, and waits for the second
        self.released = Event()  # silent answers end

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def misbehave(self, fault: Fault, file: str, answers: int = ENDLESS) -> None:
        """Let the next answers about a file be faulty."""
        self.fault, self.file, self.faulty_answers = fault, file, answers

    def heal(self) -> None:
        self.faulty_answers = 0
        self.released.set()


class FileHandler(BaseHTTPRequestHandler):
    """Answers HEAD and GET below the server's prefix, with the headers the hub's client wants."""

    server: FileServer

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        name = self.path.removeprefix(self.server.prefix)
        path = self.server.folder / name
        if name == self.path or "/" in name or not path.is_file():
            missing = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}
            self.send(404, {"Content-Length": "0"} | missing)
        elif name == self.server.file and self.server.faulty_answers and self.server.fault:
            self.server.faulty_answers -= 1
            self.server.fault(self, path.read_bytes())
        else:
            self.send(200, headers_of(path.read_bytes()), path.read_bytes())

    do_HEAD = do_GET

    def send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


def headers_of(content: bytes, length: int | None = None) -> dict[str, str]:
    """What the hub announces for ``content``, perhaps with another length."""
    announced = len(content) if length is None else length
    checksum = sha256(content).hexdigest()
    return {"Content-Length": str(announced), "ETag": f'"{checksum}"', "X-Repo-Commit": COMMIT}


@contextmanager
def serving(folder: Path, prefix: str) -> Iterator[FileServer]:
    """Serve ``folder`` below ``prefix``, for example ``/owner/name/resolve/main/``."""
    server = FileServer(folder, prefix)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)  # seconds between looks
    thread.start()
    try:
        yield server
    finally:
        server.heal()
        server.shutdown()
        server.server_close()
        thread.join()
