"""A task: words spelled backwards. What is not said here has the defaults of a question and the text that answers it.

trainer generate --plugin docs/examples/task.py --task backwards --count 5
trainer sft --plugin docs/examples/task.py --task backwards
"""

from random import Random

from trace_trainer.engine.tasks import Exercise, Task, declare_task, judged

CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"


@declare_task
class Backwards(Task[Exercise]):
    """Words spelled backwards."""

    name = "backwards"

    def draw(self, rng: Random) -> Exercise:
        syllables = rng.randint(1, 3)
        word = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(syllables))
        return Exercise(f"Spell {word} backwards.", word[::-1], kind=f"{2 * syllables} letters")

    def judge(self, problem: Exercise, text: str):
        return judged(text.strip() == problem.reply, f"{problem.question} {problem.reply}, not {text[:40]!r}")
