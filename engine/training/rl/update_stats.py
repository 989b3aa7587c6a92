"""What an update of the native loop did to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class UpdateStats:
    """What an update did, collected over its micro-batches."""

    tokens: int = 0
    entropy: float = 0.0
    clipped: int = 0
    ratios: int = 0
    ratio_max: float = 0.0
    kl: float = 0.0
    grad_norms: list[float] = field(default_factory=list)

    def joined(self, parts: Sequence[UpdateStats]) -> UpdateStats:
        """Those of the whole update, from what each process counted in its part of it; all took the same steps."""
        if len(parts) == 1:
            return self
        return UpdateStats(
            tokens=sum(part.tokens for part in parts),
            entropy=sum(part.entropy for part in parts),
            clipped=sum(part.clipped for part in parts),
            ratios=sum(part.ratios for part in parts),
            ratio_max=max(part.ratio_max for part in parts),
            kl=sum(part.kl for part in parts),
            grad_norms=self.grad_norms,
        )

    def record(self) -> dict[str, float | None]:
        """The figures of metrics.jsonl; None where no sample carried a signal."""
        if not self.tokens:
            return dict.fromkeys(("entropy", "clip_fraction", "ratio_max", "grad_norm", "kl"))
        return {
            "entropy": self.entropy / self.tokens,
            "clip_fraction": self.clipped / self.ratios,
            "ratio_max": self.ratio_max,
            "grad_norm": max(self.grad_norms),
            "kl": self.kl / self.tokens,
        }
