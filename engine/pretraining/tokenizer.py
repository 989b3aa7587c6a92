"""The embedded model's tokenizer: byte-level BPE with single digits, trained on the project's own problems.

Digits are never merged, so that a number is copied digit by digit. The punctuation of a trace is merged as far as it
goes: `- {op: init, var:` is one token, which halves the tokens of a trace and with them the time to sample one. Words
keep their leading space as in prose, so that the word after `var:` is the token that the question used.

Where calls are to be written, a word never holds its leading space: `Paris` in a request, `"Paris"` in JSON and
`/Paris` in a path are to be the same tokens. Only words that are no value, such as " the", keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
TRACE_PIECES = "|".join(
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


_FUNCTION_WORDS = (
    "a about all an and any are as at be by can do for from have how i if in into is it me my need no not of on or "
    "please set that the their them then there these they this to up use want was we what when which will with would "
    "you your"
)

CALL_PIECES = "|".join(
    (
        r"\d",
        r"\{\"name\": \"|\", \"arguments\": \{\"?|run_shell_command",  # what every call has
        rf" (?:{'|'.join(_FUNCTION_WORDS.split())})(?![A-Za-z0-9_])",
        r"""[{}\[\]:,\x20]*["{}\[\]][{}\[\]":,\x20]*\n?""",  # from one JSON value to the next
        r"[.,:;?!] |\n+| (?:--?|&& |\|\| )|/",
        r"[A-Za-z]+",
        r"\s",
        r"[^\sA-Za-z0-9]",
    )
)

CALL_MARKERS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
"""Those of the hermes format, which the recipes for calls write."""


def train_tokenizer(
    texts: Iterable[str],
    vocabulary: int = 3072,
    pieces: str = TRACE_PIECES,
    markers: Sequence[str] = (),
) -> PreTrainedTokenizerFast:
    """Train the tokenizer.

    Args:
        texts: questions and traces of the training split, or texts of calls.
        vocabulary: the number of tokens, special tokens and the 256 bytes included.
        pieces: the regular expression that divides text; no token crosses its borders.
        markers: texts that are one token each wherever they stand, such as a format's tags.

    Returns:
        A tokenizer with its special tokens and a chat template whose generation markers give assistant masks.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pieces), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(markers),
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(marker, special=False, normalized=False) for marker in markers])
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
