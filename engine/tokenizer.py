"""The embedded model's tokenizer: byte-level BPE with single digits, trained on the project's own problems.

Digits are never merged, so that a number is copied digit by digit. The punctuation of a trace is merged as far as it
goes: `- {op: init, var:` is one token, which halves the tokens of a trace and with them the time to sample one. Words
keep their leading space as in prose, so that the word after `var:` is the token that the question used.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL_TOKENS = ("<|pad|>", "<|bos|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")

CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message.role == 'assistant' %}"
    "<|assistant|>{% generation %}{{ message.content }}<|end|>{% endgeneration %}"
    "{% else %}"
    "<|{{ message.role }}|>{{ message.content }}<|end|>"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

# Tried in this order at each position; what one alternative matches is never merged with what another does.
_PIECES = "|".join(
    (
        r"\d",
        r" {0,2}- \{op: [a-z_]+, [a-z_]+:",  # the start of a step, up to its first value
        r"\n *trace:\n|(?:- )?expert:",  # the head of a sub-trace
        r"\]?, [a-z_]+: (?=\d)|\]?, [a-z_]+:(?: \[)?",  # from one value to the next
        r"\}\n?",
        r" ?[A-Za-z_]+",
        r"\s+(?!\S)|\s+",
        r"[^\sA-Za-z0-9]",
    )
)


def train_tokenizer(texts: Iterable[str], vocabulary: int = 3072) -> PreTrainedTokenizerFast:
    """Train the tokenizer.

    Args:
        texts: questions and traces of the training split.
        vocabulary: the number of tokens, special tokens and the 256 bytes included.

    Returns:
        A tokenizer with its special tokens and a chat template whose generation markers give assistant masks.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        bos_token="<|bos|>",
        eos_token="<|end|>",
        extra_special_tokens=["<|system|>", "<|user|>", "<|assistant|>"],
        clean_up_tokenization_spaces=False,
        model_max_length=1024,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast
