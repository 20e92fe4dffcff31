"""Command lines that are refused in a sentence."""

from argparse import ArgumentParser
from typing import NoReturn, TypeVar

Parser = TypeVar("Parser", bound=ArgumentParser)


def refusing_in_a_sentence(parser: Parser) -> Parser:
    """Let a parser raise ValueError where it would print its usage and end the process."""

    def refuse(message: str) -> NoReturn:
        raise ValueError(f"{message.rstrip('.')}.")

    parser.error = refuse  # type: ignore[method-assign]
    return parser
