"""The kernel that Colab starts."""

from google.colab._shell import Shell
from ipykernel.ipkernel import IPythonKernel


class Kernel(IPythonKernel):
    """An IPython kernel with Colab's shell."""

    def _shell_class_default(self) -> type[Shell]:
        return Shell
