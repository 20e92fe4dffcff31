"""Programs in processes of their own: some libraries read their environment when imported."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT


def run_python(
    program: str,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run a program with this Python in ``folder``, by default in this process' environment."""
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout
    )
