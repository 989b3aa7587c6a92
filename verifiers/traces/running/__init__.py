"""A trace run step by step: what it computes, and what is wrong with it."""
