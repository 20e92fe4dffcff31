"""Install what Colab lacks, and change nothing that it has.

Only packages that cannot be imported are installed, at the versions of ``requirements.txt`` and
without their dependencies: torch, transformers and numpy stay as they are.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
MODULE_OF = {
    "Korpora": "Korpora",
    "xlrd": "xlrd",
    "lightning-utilities": "lightning_utilities",
    "pytorch-lightning": "pytorch_lightning",
    "torchmetrics": "torchmetrics",
}


def missing_pins(requirements: str) -> list[str]:
    """Return ``name==version`` of each package in ``MODULE_OF`` that cannot be imported."""
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", requirements, flags=re.MULTILINE))
    return [
        f"{name}=={pins[name]}"
        for name, module in MODULE_OF.items()
        if importlib.util.find_spec(module) is None
    ]


def main() -> None:
    pins = missing_pins(REQUIREMENTS.read_text(encoding="utf-8"))
    if pins:
        print("installing", *pins)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", *pins]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
