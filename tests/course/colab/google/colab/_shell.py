"""The shell of a Colab kernel, whose name tells libraries where they are."""

from ipykernel.zmqshell import ZMQInteractiveShell


class Shell(ZMQInteractiveShell):
    """Runs the cells."""
