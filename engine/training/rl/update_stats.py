"""What an update of the native loop did to the model."""

from __future__ import annotations

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
