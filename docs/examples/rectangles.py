"""Areas and borders of rectangles.

An expert in one file, with the stories that teach it:

    trainer generate --plugin docs/examples/rectangles.py --expert rectangles --count 5
    trainer experts rectangles --plugin docs/examples/rectangles.py
"""

from trace_trainer.experts.language.declaration import Operand, Result, expert
from trace_trainer.experts.problems.schema import money, schema, whole

RECTANGLES = expert("rectangles", "areas and borders of rectangles")


@RECTANGLES.operation
def area(width: Operand, height: Operand) -> Result:
    """The area of a rectangle: width 3 and height 4 give 12."""
    return width * height


@RECTANGLES.operation
def border(width: Operand, height: Operand) -> Result:
    """The length around a rectangle: width 3 and height 4 give 14."""
    return 2 * (width + height)


@schema(
    "rectangles",
    width=whole(3, 40),
    height=whole(3, 40),
    price=money(2, 30),
    questions=(
        "{name} lays carpet in a {room} that is {width} feet wide and {height} feet long. A square foot costs "
        "{price}. How much does the carpet cost?",
        "The {room} measures {width} by {height} feet. Its new floor costs {price} a square foot. How many dollars "
        "is that in all?",
    ),
)
def carpet(t):
    """What a floor costs."""
    return t.mul(t.area(t.width, t.height), t.price)


@schema(
    "rectangles",
    width=whole(5, 90),
    height=whole(5, 90),
    gate=whole(2, 4),
    questions=(
        "A garden is {width} meters wide and {height} meters long. {name} fences it in, but for a gate of {gate} "
        "meters. How many meters of fence does {he} need?",
        "How many meters of fence go around a field of {width} by {height} meters, if a gap of {gate} meters stays "
        "open?",
    ),
)
def fence(t):
    """A fence with a gap."""
    return t.sub(t.border(t.width, t.height), t.gate)
