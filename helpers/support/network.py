"""Patience with servers, and what they fail with in one sentence."""

import errno
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, IncompleteRead, responses
from typing import TypeVar
from urllib.error import ContentTooShortError

from huggingface_hub.errors import HTTPError  # the base of all that the hub's HTTP client raises

Result = TypeVar("Result")

SILENCE = 30  # seconds; a server that sends nothing for so long is given up
PAUSES = (2, 5, 15)  # seconds before the second, third and fourth try

BUSY = {408, 429, *range(500, 600)}  # HTTP statuses that may be better in a moment
CUT_OFF = (ContentTooShortError, ConnectionResetError, IncompleteRead)
# RuntimeError: hf_xet, for large files. TypeError: Korpora, about a file that has no length.
FAULTS = (OSError, HTTPException, HTTPError, RuntimeError, TypeError)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def patiently(fetch: Callable[[], Result]) -> Result:
    """Call ``fetch``, and again after a pause while its server is busy or cuts the connection."""
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENCE)  # urllib, which Korpora uses, would wait for ever
    try:
        for pause in PAUSES:
            try:
                return fetch()
            except FAULTS as error:
                if not isinstance(error, CUT_OFF) and status_of(error) not in BUSY:
                    raise
                print(f"Trying again in {pause} s: {cause(error)}.", flush=True)
            time.sleep(pause)
        return fetch()
    finally:
        socket.setdefaulttimeout(usual)


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status that a server refused with; None: it did not come to an answer."""
    answer = getattr(error, "response", error)  # urllib's error is that answer itself
    return getattr(answer, "status_code", getattr(answer, "code", None))


def cause(error: BaseException) -> str:
    """Say in half a sentence what a download failed with."""
    status = status_of(error)
    if isinstance(status, int) and status < 400:
        return "the server answers with endless redirects"
    if isinstance(status, int):
        return f"the server answers {status} ({responses.get(status, 'unknown')})"
    if isinstance(error, TypeError):
        return "the server does not say how long its file is"
    said = first_sentence(error)
    return "the server fell silent (timed out)" if "timed out" in said else said


def first_sentence(error: BaseException) -> str:
    """Return the beginning of an error's message, without a full stop."""
    reason = getattr(error, "reason", None) or error
    return str(reason).strip().split("\n")[0].split(". ")[0].rstrip(".") or type(reason).__name__


def remedy(error: BaseException) -> str:
    """Say what to do about a failed download before trying again."""
    status, said = status_of(error), str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return (
            "Python trusts none of the certificates that came: on a Mac, run Install "
            "Certificates.command in Python's folder; in a network that reads along, name its "
            "certificate in SSL_CERT_FILE; see that the clock is right"
        )
    if status == 407 or "proxy" in said.lower():
        return "Check the proxy, its name and password included, in HTTPS_PROXY"
    if status in BUSY:
        return "Wait some minutes"
    if status in (401, 403, 404):
        return "Check that the name is right and open to everybody"
    return "Check the network"


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn any failure to fetch ``what`` into a sentence that names the cause and the remedy.

    ConnectionError: it did not come. ValueError: it came damaged. OSError: the disk is full.
    """
    way_out = 'and try again, or go on without a network: SCALE = "mini" (or --scale mini).'
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{what} arrived damaged: {error} Check the network {way_out}") from error
    except FAULTS as error:
        if getattr(error, "errno", None) in NO_ROOM:
            raise OSError(
                f"{what} does not fit on the disk ({cause(error)}). Delete files that you do not "
                "need and try again."
            ) from error
        raise ConnectionError(
            f"{what} could not be downloaded: {cause(error)}. {remedy(error)} {way_out}"
        ) from error
