"""A prepared run is examined: every check of `checks.py`, and what each of them found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from trace_trainer.engine.doctor.checks import CHECKS
from trace_trainer.engine.doctor.failures import Failed, NotApplicable
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.terminal.printable import tell

if TYPE_CHECKING:
    from trace_trainer.engine.training.prepared import PreparedRun


_SAME = "the same fault as "


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `advice`: what to do, where it failed."""

    check: str
    result: Literal["pass", "fail", "not applicable", "skipped"]
    found: str
    advice: str = ""

    def repeats(self, others: Sequence[Finding]) -> bool:
        """Whether it is a fault that another finding has named."""
        return self.result == "fail" and any(other.found == self.found for other in others)


class UnhealthyError(click.ClickException):
    """A check failed, so the run does not start."""

    exit_code = 1


def examine(run: PreparedRun[Any], skip: Collection[str] = ()) -> list[Finding]:
    """Run every check except those in `skip`. A failing check does not keep the others from running, but a fault that
    several of them meet is reported once."""
    findings: list[Finding] = []
    for name, check in CHECKS.items():
        finding = _examine(name, check, run, skip)
        if finding.repeats(findings):
            first = next(other.check for other in findings if other.found == finding.found)
            finding = Finding(name, "not applicable", f"{_SAME}{first}")
        findings.append(finding)
    return findings


def require_health(run: PreparedRun[Any], skip: Collection[str] = ()) -> None:
    """Run the checks before a run. Raises UnhealthyError with what failed and what to do, and how to skip it."""
    findings = examine(run, skip)
    failed = [finding for finding in findings if finding.result == "fail"]
    if failed:
        lines = [f"{finding.check}: {finding.found}\n  {finding.advice}" for finding in failed]
        named = [f.check for f in findings if f.result == "fail" or f.found.startswith(_SAME)]
        flags = " ".join(f"--skip-doctor {check}" for check in named)
        raise UnhealthyError(
            "\n".join(["the run was not started:", *lines, f"To start it nevertheless: {flags}"])
        )
    passed = sum(finding.result == "pass" for finding in findings)
    tell(f"doctor: {passed} of {len(findings)} checks passed, none failed")


def _examine(
    name: str, check: Callable[[PreparedRun[Any]], str], run: PreparedRun[Any], skip: Collection[str]
) -> Finding:
    if name in skip:
        return Finding(name, "skipped", "")
    try:
        return Finding(name, "pass", check(run))
    except NotApplicable as reason:
        return Finding(name, "not applicable", str(reason))
    except Failed as failure:
        return Finding(name, "fail", str(failure), failure.advice)
    except UserError as error:
        return Finding(name, "fail", error.message, "see above")
