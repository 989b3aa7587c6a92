"""Families of models: their chat templates, and the tokens that their vocabularies have for them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerBase

CHATML = ("<|im_start|>", "<|im_end|>")
HERMES = ("<tool_call>", "</tool_call>")
RESULTS = ("<tool_response>", "</tool_response>")
THOUGHT = ("<think>", "</think>")
LLAMA = (
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|python_tag|>",
    "<|begin_of_text|>",
)
GEMMA = ("<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>")
FUNCTION_GEMMA = (
    "<start_function_declaration>", "<end_function_declaration>", "<start_function_call>", "<end_function_call>",
    "<start_function_response>", "<end_function_response>", "<escape>",
)  # fmt: skip
GEMMA4 = (
    "<|turn>", "<turn|>", "<|channel>", "<channel|>", "<|tool>", "<tool|>", "<|tool_call>", "<tool_call|>",
    "<|tool_response>", "<tool_response|>", '<|"|>', "<|think|>",
)  # fmt: skip
HARMONY = ("<|start|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>", "<|end|>")
DEEPSEEK = ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>")
GLM = ("[gMASK]", "<sop>", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>", "<|endoftext|>")
COHERE = ("<BOS_TOKEN>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>",
          "<|SYSTEM_TOKEN|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>")  # fmt: skip


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes:
        template: the name of TRL's file, without its ending.
        tokens: of its vocabulary, those of its turns and calls.
        end: what ends an answer in words.
        calls: the wire format that its own template writes calls in; "" where it shows no tools, or in one of its own.
    """

    template: str
    tokens: tuple[str, ...]
    end: str
    calls: str = ""

    def tokenizer(self, folder: Path) -> PreTrainedTokenizerBase:
        """A small tokenizer with these tokens and the template; `folder` holds one without."""
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.add_special_tokens({"extra_special_tokens": list(self.tokens)})
        tokenizer.chat_template = OWN.get(self.template) or trl_template(self.template)
        return tokenizer


def trl_template(name: str) -> str:
    """A template that TRL keeps."""
    return (files("trl") / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


# In the structure of FunctionGemma's: a call is the user's turn to fill in, and its result goes on with the same turn.
_FUNCTION_GEMMA = """
{{- bos_token -}}
{%- macro value(v) -%}
{%- if v is string -%}{{ '<escape>' ~ v ~ '<escape>' }}
{%- elif v is mapping -%}
{ {%- for k, w in v | dictsort %}{{ ',' if not loop.first }}{{ k }}:{{ value(w) }}{%- endfor -%} }
{%- elif v is iterable -%}[{%- for w in v %}{{ ',' if not loop.first }}{{ value(w) }}{%- endfor -%}]
{%- else -%}{{ v | tojson }}
{%- endif -%}
{%- endmacro -%}
{%- set turn = namespace(open=false) -%}
{%- if tools or messages[0].role in ('system', 'developer') -%}
{{ '<start_of_turn>developer\n' }}{{ messages[0].content if messages[0].role in ('system', 'developer') }}
{%- for tool in tools or [] -%}
<start_function_declaration>declaration:{{ tool.function.name }}{{ value(tool.function) }}<end_function_declaration>
{%- endfor -%}
{{ '<end_of_turn>\n' }}
{%- endif -%}
{%- for message in messages -%}
{%- if message.role == 'tool' -%}
{{ 'response:' ~ message.name ~ value({'value': message.content}) ~ '<end_function_response>' }}
{%- elif message.role == 'assistant' -%}
{%- if not turn.open -%}{{ '<start_of_turn>model\n' }}{%- endif -%}
{{ message.content }}
{%- for call in message.tool_calls or [] -%}
<start_function_call>call:{{ call.function.name }}{{ value(call.function.arguments) }}<end_function_call>
{%- endfor -%}
{%- set turn.open = message.tool_calls | length > 0 if message.tool_calls else false -%}
{{ '<start_function_response>' if turn.open else '<end_of_turn>\n' }}
{%- elif message.role == 'user' -%}
{{ '<start_of_turn>user\n' ~ message.content ~ '<end_of_turn>\n' }}
{%- set turn.open = false -%}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt and not turn.open -%}{{ '<start_of_turn>model\n' }}{%- endif -%}
"""
_MISTRAL = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m.role == 'user' %}{{ '[INST] ' + m.content + '[/INST]' }}"
    "{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}"
    "{% else %}{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}{% endfor %}"
)
OWN = {"functiongemma": _FUNCTION_GEMMA, "mistral": _MISTRAL}
"""Templates that TRL has not."""


FAMILIES = (
    Family("functiongemma", (*GEMMA, *FUNCTION_GEMMA), "<end_of_turn>", "functiongemma"),
    Family("mistral", ("[INST]", "[/INST]"), "<|end|>"),
    Family("qwen2_5", (*CHATML, *HERMES), "<|im_end|>", "hermes"),
    Family("qwen3", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>", "hermes"),
    Family("qwen3_instruct_2507", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>", "hermes"),
    Family("qwen3_5_nothink", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>"),
    Family("qwen3_5_think", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>"),
    Family("qwen3_6", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>"),
    Family("qwen3_8", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>"),
    Family("llama3", LLAMA, "<|eot_id|>"),
    Family("llama3_1", LLAMA, "<|eot_id|>", "llama3"),
    Family("llama3_2", LLAMA, "<|eot_id|>", "llama3"),
    Family("gemma", GEMMA, "<end_of_turn>"),
    Family("gemma3", GEMMA, "<end_of_turn>"),
    Family("gemma4", GEMMA4, "<turn|>", "gemma4"),
    Family("gemma4_v2", GEMMA4, "<turn|>", "gemma4"),
    Family("gemma4_v3", GEMMA4, "<turn|>", "gemma4"),
    Family("gemma4_v4", GEMMA4, "<turn|>", "gemma4"),
    Family("gemma4_v5", GEMMA4, "<turn|>", "gemma4"),
    Family("gptoss", HARMONY, "<|return|>", "harmony"),
    Family("deepseek_r1_distill", (*DEEPSEEK, *THOUGHT), "<｜end▁of▁sentence｜>"),
    Family("deepseekv3", (*DEEPSEEK, *THOUGHT), "<｜end▁of▁sentence｜>"),
    Family("glm4moe", (*GLM, *HERMES, *RESULTS, *THOUGHT), "<|user|>"),
    Family("cohere", COHERE, "<|END_OF_TURN_TOKEN|>"),
    Family("cohere2", COHERE, "<|END_RESPONSE|>"),
    Family("phi3", ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|endoftext|>"), "<|end|>"),
    Family("phi3_5", ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|endoftext|>"), "<|end|>"),
    Family("lfm2", (*CHATML, "<|startoftext|>"), "<|im_end|>"),
    Family("lfm2_v2", (*CHATML, "<|startoftext|>"), "<|im_end|>"),
    Family("lfm2_2_5", (*CHATML, "<|startoftext|>"), "<|im_end|>"),
    Family("nemotron_3_nano", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>"),
    Family("nemotron_3_super", (*CHATML, *HERMES, *RESULTS, *THOUGHT), "<|im_end|>"),
)
