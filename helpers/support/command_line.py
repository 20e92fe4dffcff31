"""Command lines that are refused in a sentence, and programs that Ctrl+C ends in a line."""

import sys
from argparse import ArgumentParser
from types import TracebackType
from typing import NoReturn, TypeVar

Parser = TypeVar("Parser", bound=ArgumentParser)


def refusing_in_a_sentence(parser: Parser) -> Parser:
    """Let a parser raise ValueError where it would print its usage and end the process."""

    def refuse(message: str) -> NoReturn:
        raise ValueError(f"{message.rstrip('.')}.")

    parser.error = refuse  # type: ignore[method-assign]
    return parser


def end_in_a_line_when_interrupted(line: str) -> None:
    """Let Ctrl+C end this program with one line and the status 130, as shells have it.

    Args:
        line: what is printed if the interrupt itself has no message.
    """
    usual = sys.excepthook

    def hook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            usual(kind, error, traceback)
            return
        print(str(error) or line, file=sys.stderr)
        sys.exit(130)

    sys.excepthook = hook
