"""The ways in which a server can misbehave."""

from dataclasses import dataclass

from tests.stand_ins.servers import FileHandler, headers_of


def cut_in_the_middle(handler: FileHandler, content: bytes) -> None:
    handler.send(200, headers_of(content), content[: len(content) // 2])


def too_short(handler: FileHandler, content: bytes) -> None:
    """Half of it under an honest length, cut at a line's end where there are lines."""
    half = content[: content.rfind(b"\n", 0, len(content) // 2) + 1 or len(content) // 2]
    handler.send(200, headers_of(content, len(half)), half)


def too_long(handler: FileHandler, content: bytes) -> None:
    longer = content + content.rstrip(b"\n").split(b"\n")[-1] + b"\n"
    handler.send(200, headers_of(content, len(longer)), longer)


def log_in_page(handler: FileHandler, content: bytes) -> None:
    """A log-in page that knows nothing of lengths and checksums."""
    handler.send(200, {}, b"<html>Please log in to this network.</html>\n")


def silence(handler: FileHandler, content: bytes) -> None:
    handler.server.released.wait(60)


def silence_in_the_middle(handler: FileHandler, content: bytes) -> None:
    cut_in_the_middle(handler, content)
    if handler.command == "GET":
        handler.server.half_sent.set()
        handler.server.released.wait(60)


@dataclass
class Refusal:
    """An answer that is a status and nothing else."""

    status: int

    def __call__(self, handler: FileHandler, content: bytes) -> None:
        handler.send(self.status, {"Content-Length": "0"})
