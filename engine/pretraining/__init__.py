"""Embedded base models from random weights: what they read, their tokenizer, their training. Knows neither SFT nor
RL.
"""
