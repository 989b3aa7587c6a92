"""pyproject.toml says everything; here only that each wheel is built from nothing.

setuptools adds what an earlier build left in build/ to a wheel: a file that was moved since would be in it twice.
"""

from __future__ import annotations

import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class CleanBuild(build_py):
    """Copies the package into an empty folder."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(cmdclass={"build_py": CleanBuild})
