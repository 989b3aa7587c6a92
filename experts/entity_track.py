"""Things that move between owners, are used up or come in.

An operation changes an initialised quantity in place, so `alice.marbles` is the same variable from first to last. A
quantity never goes below 0.
"""

from trace_trainer.experts.language.declaration import Changed, Entity, EntityOrNew, Operand, expert

EXPERT = expert("entity_track", "things moving between owners")


@EXPERT.operation(aliases={"from_entity": "from", "to_entity": "to"})
def transfer(from_: Entity, to: EntityOrNew, amount: Operand) -> Changed:
    """Move an amount from one entity to another; a new `to` starts at 0."""
    return from_ - amount, to + amount


@EXPERT.operation
def consume(entity: Entity, amount: Operand) -> Changed:
    """Take an amount away: eaten, lost, sold, spent."""
    return (entity - amount,)


@EXPERT.operation
def add_entity(entity: Entity, amount: Operand) -> Changed:
    """Add an amount: found, bought, received."""
    return (entity + amount,)
