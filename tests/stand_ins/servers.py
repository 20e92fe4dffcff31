"""Stand-ins on 127.0.0.1 for the model hub and for the host of the corpus."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeVar

Server = TypeVar("Server", bound=ThreadingHTTPServer)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FileServer(ThreadingHTTPServer):
    """Serves the files of one folder and remembers what was asked for."""

    def __init__(
        self, folder: Path, prefix: str, handler: type[BaseHTTPRequestHandler] | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), handler or FileHandler)
        self.folder = folder
        self.prefix = prefix
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class FileHandler(BaseHTTPRequestHandler):
    """Answers HEAD and GET below the server's prefix, with the headers the hub's client wants."""

    server: FileServer

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, with_body: bool) -> None:
        self.server.requests.append(self.path)
        name = self.path.removeprefix(self.server.prefix)
        path = self.server.folder / name
        if name == self.path or "/" in name or not path.is_file():
            self.refuse()
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def refuse(self) -> None:
        """Say, as the hub does, that the model has no such file."""
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


@contextmanager
def serving(folder: Path, prefix: str) -> Iterator[FileServer]:
    """Serve ``folder`` below ``prefix``, for example ``/owner/name/resolve/main/``."""
    with running(FileServer(folder, prefix)) as server:
        yield server


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Let a server answer, in a thread of its own."""
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)  # seconds between looks
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
