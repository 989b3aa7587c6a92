"""Verifiers: what a model wrote is judged by running it, never by comparing strings."""

from verifiers.rewards import POLICIES, score
from verifiers.verdict import Outcome, Stage, Verdict, Violation
from verifiers.verify import verify_trace

__all__ = ["POLICIES", "Outcome", "Stage", "Verdict", "Violation", "score", "verify_trace"]
