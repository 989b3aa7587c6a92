"""Plugins: Python of the user's own that declares experts, schemas, tasks, wire formats, rewards and the like.

A plugin is a file that is named on the command line or in a recipe, or a module that an installed package offers in the
entry point group `trace_trainer.plugins`. It is run as any code of the user's is, once. Nothing that comes with data or
with a model is ever taken for a plugin: a run's manifest records the plugins of the run, and going on with the run
demands that they are named again. A plugin finds its neighbours by their full names, as nothing is added to `sys.path`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from trace_trainer.engine.errors import UserError
from trace_trainer.experts.language.catalogue import Catalogue, DeclarationError, nearest
from trace_trainer.verifiers.score import POLICIES, reward

GROUP = "trace_trainer.plugins"


class Plugin(NamedTuple):
    """A plugin that was loaded.

    Attributes:
        path: of its file.
        sha256: of what the file held.
        function: the function that was named as a reward policy; "" where the file declares what it has to declare.
    """

    path: str
    sha256: str
    function: str = ""

    @property
    def option(self) -> str:
        """How it is named on the command line."""
        return f"--reward {self.path}:{self.function}" if self.function else f"--plugin {self.path}"


_MODULES: dict[str, ModuleType] = {}  # by the resolved path of the file
_DIGESTS: dict[str, str] = {}
_PLUGINS: list[Plugin] = []
_installed: list[str] = []  # entry points that were loaded


def load_plugins(paths: Iterable[str | Path]) -> None:
    """Load files, each once. Raises UserError for one that can't be read or run, or that declares nothing."""
    for path in paths:
        before = Catalogue.declarations
        if _is_loaded(path):
            continue
        _load(path)
        if Catalogue.declarations == before:
            del _MODULES[_key(path)]
            raise UserError(
                f"plugin {path} declares nothing: no expert, schema, task, wire format, reward policy, objective, "
                "sampler or machine command"
            )
        _PLUGINS.append(Plugin(_key(path), _DIGESTS[_key(path)]))


def load_installed() -> None:
    """Load the modules that installed packages offer, each once. Raises UserError for one that fails."""
    for point in entry_points(group=GROUP):
        if point.value in _installed:
            continue
        _installed.append(point.value)
        name = f"plugin {point.name} of the installed package {point.dist.name if point.dist else '?'}"
        try:
            module = point.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise UserError(f"{name} fails: {_line(error)}") from None
        path = getattr(module, "__file__", None)
        if path is not None:
            _PLUGINS.append(Plugin(path, hashlib.sha256(Path(path).read_bytes()).hexdigest()))


def loaded_plugins() -> list[Plugin]:
    """The plugins that were loaded, in their order."""
    return list(_PLUGINS)


def named_files() -> list[str]:
    """The files that were named as plugins; modules of installed packages need no naming."""
    return [plugin.path for plugin in _PLUGINS if plugin.path in _MODULES and not plugin.function]


def policy_source(name: str) -> str:
    """How a reward policy is named where nothing is loaded yet: its name, or FILE.py:FUNCTION."""
    found = (f"{plugin.path}:{name}" for plugin in _PLUGINS if plugin.function == name)
    return next(found, name)


def load_same(plugins: Iterable[Plugin]) -> None:
    """Load, in another process, what was loaded in one. Raises as the functions here do."""
    load_installed()
    for plugin in plugins:
        if plugin.function:
            named_policy(f"{plugin.path}:{plugin.function}")
        elif plugin not in _PLUGINS:
            load_plugins([plugin.path])


def require_plugins(recorded: Iterable[Mapping[str, str]], run: str, *, unchanged: bool = True) -> None:
    """Raise UserError where a plugin that a run recorded was not loaded, or is not what it was where it has to be."""
    for plugin in (Plugin(**fields) for fields in recorded):
        found = next((other for other in _PLUGINS if other[::2] == plugin[::2]), None)
        if found is None:
            raise UserError(
                f"{run} was made with a plugin, which is run only where you name it: {plugin.option}"
            )
        if unchanged and found.sha256 != plugin.sha256:
            raise UserError(
                f"plugin {plugin.path} is not what it was when {run} was started: put it back, or start another run"
            )


def named_policy(text: str) -> str:
    """The name of a reward policy, given as that or as FILE.py:FUNCTION, which is loaded and declared by its name.

    Raises UserError where the file or the function is missing, and where the function can't be a policy.
    """
    path, colon, function = text.rpartition(":")
    if not colon or not path.endswith(".py"):
        return text
    if not _is_loaded(path):
        _load(path)
    module = _MODULES[_key(path)]
    found = getattr(module, function, None)
    if not callable(found):
        names = [name for name, value in vars(module).items() if callable(value) and name[0] != "_"]
        raise UserError(f"{path} has no function {function}{nearest(function, names)}")
    if POLICIES.get(function) is not found:
        try:
            reward(found, name=function, place=f"{_key(path)}:{_line_of(found)}")
        except DeclarationError as error:
            raise UserError(f"{text}: {error}") from None
        _PLUGINS.append(Plugin(_key(path), _DIGESTS[_key(path)], function))
    return function


@contextmanager
def faults_in_one_line() -> Iterator[None]:
    """Inside, what a plugin does wrong is raised as UserError: what it declares, and what it raises where it is used.

    Where a command tells a ValueError in words of its own, a plugin may have raised it.
    """
    try:
        yield
    except DeclarationError as error:
        raise UserError(" ".join(str(error).split())) from error
    except Exception as error:
        cause = error.__context__ if isinstance(error, UserError) else error
        if cause is not None and (fault := _fault(cause)) is not None:
            raise UserError(fault) from cause
        raise


def _load(path: str | Path) -> None:
    file = Path(path)
    if file.suffix != ".py":
        raise UserError(f"plugin {path} is no Python file; a plugin is a file FILE.py")
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        raise UserError(f"can't read plugin {path}: {getattr(error, 'strerror', None) or error}") from None
    key = _key(path)
    digest = hashlib.sha256(content).hexdigest()
    name = f"trace_trainer_plugin_{file.stem}_{hashlib.sha256(os.fsencode(key)).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, key)
    assert spec is not None and spec.loader is not None  # it is a .py file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look there
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a plugin does not end the program
        del sys.modules[name]
        raise UserError(f"plugin {path} fails{_place_in(error, key)}: {_line(error)}") from None
    _MODULES[key], _DIGESTS[key] = module, digest


def _key(path: str | Path) -> str:
    try:
        return str(Path(path).resolve())
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, a circle of links
        raise UserError(f"can't read plugin {path}: {error}") from None


def _is_loaded(path: str | Path) -> bool:
    return _key(path) in _MODULES


def _line_of(function: object) -> int:
    return getattr(getattr(function, "__code__", None), "co_firstlineno", 1)


def _fault(error: BaseException) -> str | None:
    """What to say of an error that went through a plugin's code: its file, line and function.

    None of any other, and of one that names its place itself.
    """
    if isinstance(error, UserError | DeclarationError):
        return None
    files = {plugin.path for plugin in _PLUGINS}
    raised = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    if not raised:
        return None
    frame = raised[-1]
    return f"plugin {frame.filename} fails in line {frame.lineno}, {frame.name}: {_line(error)}"


def _place_in(error: BaseException, key: str) -> str:
    """Where in the file it went wrong: the innermost line of it."""
    if isinstance(error, SyntaxError):
        return f" in line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == key]
    return f" in line {lines[-1]}" if lines else ""


def _line(error: BaseException) -> str:
    text = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())
    return text if isinstance(error, DeclarationError) else f"{type(error).__name__}: {text}"
