"""What an RL iteration costs on so many GPUs, on paper: tokens, memory, seconds and network, for docs/scaling.md.

A model of the large terms only, meant to choose an engine by; nothing here was measured on GPUs. Prints the table of
the page: `python -m trace_trainer.engine.benchmarks.scaling`.
"""

from __future__ import annotations

from dataclasses import dataclass

GPU_MEMORY = 80e9
PEAK = 989e12
"""Multiplications and additions a second in bfloat16, of an H100."""
BANDWIDTH = 3.35e12
"""Bytes a second that it reads from its memory."""
USED_COMPUTING, USED_READING = 0.4, 0.5
"""Parts of the two that are reached."""
IN_A_NODE, BETWEEN_NODES = 450e9, 50e9
"""Bytes a second that a GPU sends to another: of the same eight over NVLink, of others over 400 Gb/s."""
NODE = 8

ROLLOUTS, PROMPT, COMPLETION, GROUP, STEPS = 4096, 100, 150, 8, 4
"""An iteration: completions of all GPUs together, tokens of each and of its prompt, completions a prompt, and steps."""
MICRO_BATCH, AT_ONCE = 2048, 512
"""Of each GPU: tokens computed at once, and completions sampled at once."""
RANK = 32
"""Of the LoRA adapter."""


@dataclass(frozen=True)
class Shape:
    """A model: the widths of its layers and its vocabulary."""

    name: str
    layers: int
    hidden: int
    inner: int
    heads: int
    kv_heads: int
    head: int
    vocabulary: int
    tied: bool

    @property
    def projections(self) -> list[tuple[int, int]]:
        """Rows and columns of the matrices of a layer."""
        queries, keys = self.heads * self.head, self.kv_heads * self.head
        attention = [(self.hidden, queries), (self.hidden, keys), (self.hidden, keys), (queries, self.hidden)]
        return [*attention, *[(self.hidden, self.inner)] * 3]

    @property
    def parameters(self) -> int:
        """Of all matrices."""
        embeddings = self.vocabulary * self.hidden * (1 if self.tied else 2)
        return self.layers * sum(rows * columns for rows, columns in self.projections) + embeddings

    @property
    def adapter(self) -> int:
        """Parameters of a LoRA adapter on every matrix of the layers."""
        return self.layers * RANK * sum(rows + columns for rows, columns in self.projections)

    @property
    def cached(self) -> int:
        """Bytes of keys and values a token, in bfloat16."""
        return 2 * 2 * self.layers * self.kv_heads * self.head


SHAPES = (
    Shape("0.5B", 24, 896, 4864, 14, 2, 64, 151_936, tied=True),  # Qwen2.5-0.5B
    Shape("1.5B", 28, 1536, 8960, 12, 2, 128, 151_936, tied=True),  # Qwen2.5-1.5B
    Shape("8B", 32, 4096, 14_336, 32, 8, 128, 128_256, tied=False),  # Llama 3.1 8B
)
GPUS = (1, 8, 64)


@dataclass(frozen=True)
class Cost:
    """What an iteration of one model on so many GPUs costs.

    Attributes:
        lora: an adapter on a frozen base in bfloat16 is trained; else all weights, in float32 with AdamW's state.
        sharded: weights, gradients and state lie in parts on the GPUs (FSDP2, ZeRO-3).
    """

    shape: Shape
    gpus: int
    lora: bool = False
    sharded: bool = False

    @property
    def trained(self) -> int:
        return self.shape.adapter if self.lora else self.shape.parameters

    @property
    def memory(self) -> float:
        """Bytes of a GPU: 16 for each trained weight (itself, gradient, AdamW's two), 2 for each frozen one; a copy in
        bfloat16 to sample from where the weights lie in parts; keys and values of what is sampled at once, or with
        --gradient-checkpointing what a micro-batch leaves, whichever is more, for the two never meet.
        """
        state = 16 * self.trained / (self.gpus if self.sharded else 1)
        beside = 2 * self.shape.parameters if self.lora or self.sharded else 0
        layer = 10 * self.shape.hidden + 3 * self.shape.inner
        left = 4 * MICRO_BATCH * (self.shape.layers * self.shape.hidden + layer)
        sampled = min(AT_ONCE, ROLLOUTS // self.gpus) * (PROMPT + COMPLETION) * self.shape.cached
        return state + beside + max(left, sampled)

    @property
    def sampling(self) -> float:
        """Seconds: for each token of a batch all weights and half of the final cache are read, or computed with,
        whichever takes longer.
        """
        rows = ROLLOUTS / self.gpus
        batches = max(1.0, rows / AT_ONCE)
        at_once = rows / batches
        read = 2 * self.shape.parameters + at_once * (PROMPT + COMPLETION / 2) * self.shape.cached
        computed = 2 * self.shape.parameters * at_once
        one = max(read / (BANDWIDTH * USED_READING), computed / (PEAK * USED_COMPUTING))
        return batches * COMPLETION * one

    @property
    def updating(self) -> float:
        """Seconds: 8 operations a weight and token, with recomputation; 6 for an adapter, whose base has no gradients.

        A prompt is computed once for its group.
        """
        tokens = ROLLOUTS * (COMPLETION + PROMPT / GROUP) / self.gpus
        return (6 if self.lora else 8) * self.shape.parameters * tokens / (PEAK * USED_COMPUTING)

    @property
    def sent(self) -> float:
        """Bytes that a GPU sends in an iteration: gradients in float32, summed in a ring, at each step; in parts, they
        are summed to their owner, and the weights are fetched in bfloat16 twice a micro-batch and once to sample.
        """
        others = (self.gpus - 1) / self.gpus
        if not self.sharded:
            return 2 * others * 4 * self.trained * STEPS
        tokens = ROLLOUTS * (COMPLETION + PROMPT / GROUP) / self.gpus
        fetched = 2 * max(STEPS, tokens / MICRO_BATCH) + 1
        return others * (4 * self.trained * STEPS + 2 * self.shape.parameters * fetched)

    @property
    def sending(self) -> float:
        """Seconds, with nothing computed meanwhile."""
        return self.sent / (IN_A_NODE if self.gpus <= NODE else BETWEEN_NODES)


def chosen(shape: Shape, gpus: int) -> Cost:
    """The first that fits: all weights on each GPU, in parts on several, an adapter."""
    ways = [Cost(shape, gpus), Cost(shape, gpus, sharded=True), Cost(shape, gpus, lora=True)]
    return next(way for way in ways if way.memory < GPU_MEMORY and (gpus > 1 or not way.sharded))


def table() -> str:
    """The costs as Markdown."""
    lines = [
        "| model | GPUs | trained | engine | memory of a GPU | sampling | update | sent by a GPU | network |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for shape in SHAPES:
        for gpus in GPUS:
            cost = chosen(shape, gpus)
            engine = "trl, `fsdp2.yaml`" if cost.sharded else "native"
            trained = "adapter" if cost.lora else "all"
            lines.append(
                f"| {shape.name} | {gpus} | {trained} | {engine} | {cost.memory / 1e9:.0f} GB "
                f"| {cost.sampling:.1f} s | {cost.updating:.1f} s | {cost.sent / 1e9:.1f} GB | {cost.sending:.2f} s |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
