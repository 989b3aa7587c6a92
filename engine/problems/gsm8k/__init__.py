"""Real problems as verified traces, and new problems from them, with no language model.

GSM8K's solutions state their arithmetic. `solution` reads it as equations, `operands` lists what each number in them
may stand for, `weights` says how odd each reading is, `assignment` finds what it does stand for and what else it might,
and `conversion` does all that for one problem; what follows is that of `converting`. `wiring` gives a second opinion on
a trace.
"""
