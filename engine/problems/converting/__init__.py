"""What converters of real problems share: from a formula over a question's numbers to a verified trace, and variants.

`formula` and `rewriting` hold what is computed in the language's terms, `naming`, `choosing` and `writing` turn it into
a canonical trace; `expressions` and `readings` are what formulas are made of, `context` the words around numbers,
`systems` equations with unknowns. `batch` converts many problems, and `variants` draws new ones from a certain one.
"""
