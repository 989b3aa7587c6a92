"""Plugins: files that declare things, what goes wrong with them, and who has to name them again."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.plugins import EXAMPLES, without_traces

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import (
    load_installed,
    load_plugins,
    load_same,
    loaded_plugins,
    named_policy,
    require_plugins,
)
from trace_trainer.engine.settings.recipes import load_recipe
from trace_trainer.experts import EXPERTS
from trace_trainer.verifiers import POLICIES

REWARD = EXAMPLES / "reward.py"


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with without_traces():
        yield


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def refusal(path: Path | str) -> str:
    """What is said of a plugin that can't be loaded: one line."""
    with pytest.raises(UserError) as raised:
        load_plugins([path])
    assert "\n" not in raised.value.message
    return raised.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "declares nothing"),
        ("x = (", "fails in line 1: SyntaxError"),
        ("\nraise ValueError('a\\nb')", "fails in line 2: ValueError: a b"),
        ("import sys\nsys.exit(1)", "fails in line 2: SystemExit: 1"),
        ("import no_such_module", "fails in line 1: ModuleNotFoundError"),
    ],
)
def test_a_plugin_that_fails_is_one_line_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    assert message in refusal(written(tmp_path, text))


def test_a_missing_file_and_one_of_another_kind_are_refused(tmp_path: Path) -> None:
    assert "can't read plugin" in refusal(tmp_path / "none.py")
    assert "is no Python file" in refusal(written(tmp_path, "{}", "mine.json"))


def test_a_name_of_the_package_is_taken_and_both_places_are_named(tmp_path: Path) -> None:
    text = "from trace_trainer.experts.language.declaration import expert\nexpert('percentage', 'mine')"
    message = refusal(written(tmp_path, text))
    assert re.search(
        r"expert percentage is declared twice: at \S+percentage\.py:\d+ and at \S+mine\.py:2", message
    )


def test_a_name_that_is_not_looked_up_yet_is_taken_too(tmp_path: Path) -> None:
    text = (EXAMPLES / "task.py").read_text().replace('name = "backwards"', 'name = "installer"')
    path = written(tmp_path, text)
    code = f"from trace_trainer.engine.plugins import load_plugins; load_plugins([{str(path)!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert re.search(
        r"installer is declared twice: at \S+installer\.py:\d+ and at \S+mine\.py:\d+", done.stderr
    )


def test_looking_at_what_is_shipped_declares_nothing(tmp_path: Path) -> None:
    text = "from trace_trainer.engine.tasks import TASKS\nprint(*TASKS)"
    path = written(tmp_path, text)
    code = f"from trace_trainer.engine.plugins import load_plugins; load_plugins([{str(path)!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "declares nothing" in done.stderr


def test_a_file_named_twice_is_loaded_once_and_recorded_with_its_hash() -> None:
    path = EXAMPLES / "rectangles.py"
    load_plugins([path, EXAMPLES / ".." / "examples" / "rectangles.py"])
    (plugin,) = loaded_plugins()
    assert plugin.path == str(path)
    assert plugin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_function_of_a_file_is_a_reward_policy_of_its_name() -> None:
    assert named_policy("gated") == "gated" and "brief" not in POLICIES
    assert named_policy(f"{REWARD}:brief") == named_policy(f"{REWARD}:brief") == "brief"
    assert "brief" in POLICIES


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("def gated(verdict): return 1", "gated", "reward policy gated is declared twice"),
        ("def mine(): return 1", "mine", "must take one verdict"),
        ("def mine(verdict, gold): return 1", "mine", "must take one verdict"),
        ("def mine(verdict): return 1", "mnie", r"no function mnie \(did you mean mine\?\)"),
    ],
)
def test_a_function_that_is_no_policy_is_refused(text: str, name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        named_policy(f"{written(tmp_path, text)}:{name}")


def test_a_recipe_names_plugins_and_rewards_relative_to_itself(tmp_path: Path) -> None:
    written(tmp_path, REWARD.read_text(), "reward.py")
    written(tmp_path, (EXAMPLES / "rectangles.py").read_text(), "rectangles.py")
    text = "plugins: [rectangles.py]\nexperts: [rectangles]\nrl: {reward: 'reward.py:brief'}"
    recipe = load_recipe(str(written(tmp_path, text, "mine.yaml")))
    assert (recipe.sft.experts, recipe.rl.reward) == (("rectangles",), "brief")


def test_plugins_of_a_recipe_are_a_list_of_names(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="plugins must be a list of files"):
        load_recipe(str(written(tmp_path, "plugins: rectangles.py", "mine.yaml")))


def test_a_run_that_goes_on_has_its_plugins_named_again(tmp_path: Path) -> None:
    path = written(tmp_path, REWARD.read_text())
    with without_traces():
        named_policy(f"{path}:brief")
        recorded = [plugin._asdict() for plugin in loaded_plugins()]
    with pytest.raises(UserError, match=f"the run x was made with a plugin.* --reward {path}:brief"):
        require_plugins(recorded, "the run x")
    named_policy(f"{path}:brief")
    require_plugins(recorded, "the run x")


def test_a_plugin_that_has_changed_does_not_go_on_with_a_run(tmp_path: Path) -> None:
    path = written(tmp_path, REWARD.read_text())
    with without_traces():
        named_policy(f"{path}:brief")
        recorded = [plugin._asdict() for plugin in loaded_plugins()]
    path.write_text(REWARD.read_text() + "\n", encoding="utf-8")
    named_policy(f"{path}:brief")
    with pytest.raises(UserError, match="is not what it was when the run x was started"):
        require_plugins(recorded, "the run x")


def test_another_process_loads_the_same() -> None:
    with without_traces():
        load_plugins([EXAMPLES / "rectangles.py"])
        named_policy(f"{REWARD}:brief")
        plugins = loaded_plugins()
    assert "rectangles" not in EXPERTS
    load_same(plugins)
    assert "rectangles" in EXPERTS and "brief" in POLICIES and loaded_plugins() == plugins


def test_installed_packages_offer_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, (EXAMPLES / "rectangles.py").read_text(), "installed_rectangles.py")
    info = tmp_path / "rectangles-1.dist-info"
    info.mkdir()
    written(info, "Metadata-Version: 2.1\nName: rectangles\nVersion: 1\n", "METADATA")
    written(info, "[trace_trainer.plugins]\nrectangles = installed_rectangles\n", "entry_points.txt")
    monkeypatch.syspath_prepend(str(tmp_path))
    load_installed()
    load_installed()
    assert "rectangles" in EXPERTS
    assert [Path(plugin.path).name for plugin in loaded_plugins()] == ["installed_rectangles.py"]
