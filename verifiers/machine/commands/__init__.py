"""The commands of the simulated machine, one family a file. Importing this package declares all of them."""

from __future__ import annotations

from trace_trainer.experts.language.catalogue import discover

discover(__name__, below=True)
