"""Problems that come with a formula, as verified traces: nothing is guessed but which of two equal numbers is meant.

`rows` reads them and tells their form; `prefix` reads a formula over number slots and `natural` writes the text that
the slots were cut from, `asdiv` reads ASDiv's problems, and `assigning` says which number of the question each number
of a formula is. `conversion` does all that for one problem; what follows is that of `converting`.
"""
