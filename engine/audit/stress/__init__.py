"""The noise floor of a reward: traces and replies that are known to be wrong, made for a file's problems and judged.

What is made is made without a model: formulas found by search, random traces, gold traces with one mistake, constant
replies. Whether a trace is false is decided here, not by the verifier that is measured (`falsehood`).
"""
