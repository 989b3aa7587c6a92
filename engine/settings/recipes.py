"""Recipes: the settings of both stages from a YAML file, with what the command line says put over them.

A recipe has a `description`, the sections `sft` and `rl`, and above them what both share: `task`, `call_format`, and as
`experts` the mixture that problems are drawn from. What a section does not name has the default of `stages.py`. Unknown
keys and bad values are refused, all of them in one message. `plugins` are files that declare what the recipe names,
relative to its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import load_plugins, named_policy
from trace_trainer.engine.settings.declaring import check, option_of, with_present_names
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.engine.tasks import DEFAULT_TASK, TASKS, worded_tasks
from trace_trainer.engine.tasks.context import read_context
from trace_trainer.experts.language.catalogue import nearest

RECIPES = Path(__file__).resolve().parents[1] / "recipes"


@dataclass(frozen=True)
class Recipe:
    """A recipe as resolved: its name, what it is for, and the settings of both stages."""

    name: str
    description: str
    sft: SFTConfig
    rl: RLConfig


SECTIONS: Mapping[str, type[TuningConfig]] = {"sft": SFTConfig, "rl": RLConfig}
SHARED = ("task", "call_format")
"""Keys of a recipe that stand above its sections, because the two stages of a recipe never differ in them."""
_ABOVE = (*SHARED, "experts")
_KEYS = (*SECTIONS, *_ABOVE, "plugins", "description")
_GENERATED_ONLY = ("count", "wording", "experts")


def recipe_names() -> list[str]:
    """The recipes that are shipped."""
    return sorted(path.stem for path in RECIPES.glob("*.yaml"))


def load_recipe(
    name_or_path: str = "default",
    *,
    sft: Mapping[str, Any] | None = None,
    rl: Mapping[str, Any] | None = None,
) -> Recipe:
    """Read a shipped recipe by name, or a recipe file, and put the overrides `sft` and `rl` over its sections.

    Raises UserError naming everything that is wrong with the file and the overrides at once.
    """
    path, content = _read(name_or_path)
    load_plugins(_plugins(path, content))
    return _resolved(path.stem, str(name_or_path), path.parent, content, {"sft": sft or {}, "rl": rl or {}})


def recorded_recipe(record: Mapping[str, Any], run: str, rl: Mapping[str, Any]) -> Recipe:
    """The recipe that a run says it was made with, and the overrides `rl`. Nothing that it names is run as a plugin.

    Raises UserError naming the run.
    """
    content = {key: value for key, value in record.items() if key in _KEYS and key != "plugins"}
    return _resolved(
        str(record.get("name")), f"of the run {run}", Path(), content, {"sft": {}, "rl": rl}, files=False
    )


def _resolved(
    name: str,
    origin: str,
    folder: Path,
    content: Mapping[Any, Any],
    overrides: Mapping[str, Mapping[str, Any]],
    *,
    files: bool = True,
) -> Recipe:
    """The recipe of a file's content. With `files` a reward may be a function of a file, relative to `folder`."""
    content = with_present_names(TuningConfig, content)
    errors = [f"unknown key {key}{nearest(str(key), _KEYS)}" for key in content if key not in _KEYS]
    shared = {key: content[key] for key in _ABOVE if key in content}
    configs: dict[str, Any] = {}
    for stage, config in SECTIONS.items():
        section = content.get(stage) or {}
        if not isinstance(section, dict):
            errors.append(f"{stage} must hold settings, not {section!r}")
            continue
        section, over = with_present_names(config, section), with_present_names(config, overrides[stage])
        misplaced = [key for key in SHARED if key in section]
        errors += [f"{stage}.{key} stands above the sections, as {key}" for key in misplaced]
        own = _fitting({**shared, **section}, over)
        given = {**(_with_policies(own, folder) if files else own), **_with_policies(over, Path())}
        values, wrong = check(config, given, stage)
        errors += wrong
        task = TASKS.get(values.get("task", DEFAULT_TASK))
        if values.get("wording", "any") != "any" and task is not None and not task.is_worded:
            errors.append(
                f"{stage}.wording chooses among problems of {worded_tasks()}, not of {values['task']}: take "
                f"the recipe {values['task']}, or give --wording any"
            )
        configs[stage] = values
    if errors:
        raise UserError(f"recipe {origin}: {'; '.join(errors)}")
    return Recipe(
        name, str(content.get("description", "")), SFTConfig(**configs["sft"]), RLConfig(**configs["rl"])
    )


def stated_settings(name_or_path: str, stage: str) -> set[str]:
    """The settings of a stage that a recipe states itself. Raises UserError where it can't be read."""
    content = with_present_names(TuningConfig, _read(name_or_path)[1])
    section = content.get(stage)
    own = with_present_names(SECTIONS[stage], section) if isinstance(section, dict) else {}
    return {*own, *(key for key in _ABOVE if key in content)}


def config_from(kind: str, values: Mapping[str, Any], origin: str) -> Any:
    """The SFTConfig or RLConfig (`kind` "sft" or "rl") of stored values. Raises UserError naming `origin`."""
    checked, errors = check(SECTIONS[kind], values, kind)
    if errors:
        raise UserError(f"{origin}: {'; '.join(errors)}")
    return SECTIONS[kind](**checked)


def recipe_from(kind: str, recipe: str, given: Mapping[str, Any]) -> Recipe:
    """The recipe with the options that were given on the command line (those not None) over its section `kind`.

    Raises UserError as `load_recipe` does, and for options of generated problems beside a file of problems.
    """
    overrides = given_options(kind, given)
    return load_recipe(
        recipe, sft=overrides if kind == "sft" else None, rl=overrides if kind == "rl" else None
    )


def given_options(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given. Raises UserError for those of generated problems beside a file of problems."""
    overrides = {name: value for name, value in given.items() if value is not None}
    if "context" in overrides:
        overrides["context"] = read_context(overrides["context"])
    for item in fields(SECTIONS[kind]):
        if item.name in _GENERATED_ONLY and {item.name, "data"} <= overrides.keys():
            raise UserError(
                f"{option_of(item)} is of generated problems; a file of --data is used whole: leave one of them out"
            )
    return overrides


def _plugins(path: Path, content: Mapping[Any, Any]) -> list[Path]:
    """The files that a recipe wants loaded. Raises UserError where they are no list of names."""
    names = content.get("plugins") or []
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise UserError(f"recipe {path}: plugins must be a list of files FILE.py")
    return [path.parent / name for name in names]


def _fitting(own: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's own settings, without those that choose among its problems where another task is asked for: one that
    knows no such choice and has no recipe to be sent to."""
    name = overrides.get("task")
    task = TASKS.get(name) if isinstance(name, str) else None
    if task is None or name == own.get("task", DEFAULT_TASK):
        return dict(own)
    idle = set() if task.is_grouped else {"experts"}
    if not task.is_worded and name not in recipe_names():
        idle.add("wording")
    return {key: value for key, value in own.items() if key not in idle}


def _with_policies(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The values with a reward given as FILE.py:FUNCTION, relative to the folder, declared and named."""
    reward = values.get("reward")
    if not isinstance(reward, str) or ".py:" not in reward:
        return dict(values)
    return {**values, "reward": named_policy(str(folder / reward))}


def _read(name_or_path: str) -> tuple[Path, dict[Any, Any]]:
    path = RECIPES / f"{name_or_path}.yaml"
    if not path.is_file():
        path = Path(name_or_path)
    if not path.is_file():
        hint = nearest(name_or_path, recipe_names()) or f"; there are {', '.join(recipe_names())}"
        raise UserError(f"no recipe {name_or_path}{hint}, or give the path of a recipe file")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys) or {}
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise UserError(f"can't read recipe {path}: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"recipe {path} must be a mapping with the keys {', '.join(SECTIONS)}")
    return path, content


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key may not occur twice in a mapping; PyYAML would keep the last one and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} occurs twice", node.start_mark
                )
        return super().construct_mapping(node, deep=deep)
