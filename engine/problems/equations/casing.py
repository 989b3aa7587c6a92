"""Capitals for text that was lower-cased: sentences, "I", names, titles, days, months and nations.

A name is known, or it is told by its place: whatever opens a sentence before a verb that only persons or things of that
name take ("Veda has"), and is no word that opens sentences. Text that has a capital keeps its letters as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.engine.problems.converting.persons import FEMALE, MALE

_ENDS = frozenset([".", "?", "!"])
_TITLES = frozenset("mr mrs ms dr mr. mrs. ms. dr.".split())  # always before a name
_RELATIVES = frozenset(
    "aunt uncle grandma grandpa coach professor miss".split()
)  # before a name they are titles
_PROPER = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july august september"
    " october november december christmas halloween easter thanksgiving english spanish french german chinese"
    " japanese american americans mexican italian america england canada australia mexico china japan france germany"
    " europe africa asia california texas florida chicago boston london paris pokemon facebook lego legos santa"
    " monopoly disney".split()
)
_WHOLE = {
    "i": "I",
    "tv": "TV",
    "dvd": "DVD",
    "dvds": "DVDs",
    "cd": "CD",
    "cds": "CDs",
    "mp3": "MP3",
    "usa": "USA",
}
_AMBIGUOUS = frozenset(
    "al amber angel art ben bill bob chase chuck crystal daisy dale dawn don drew earl faith frank gene georgia"
    " grace gus hazel heather holly hope iris ivy jack jean jordan joy lily mark mason max may miles olive page pam"
    " pat paul penny pete pierce rich rose ruby sandy sierra stan sue summer tab violet ward will".split()
)
_NAMES = frozenset(name.lower() for name in FEMALE | MALE) | frozenset(
    "aida aiden alden alyssa annie antonia arlene ava bella bernice betty bianca blake brianna britney camilla"
    " carla carly casey cathy chad chandler charity christy clara clarissa claudia colleen darcy darnell debby"
    " deandre dina dorothy edna eliza elvira emilia enrique ernest esme eugenia ezra faye fay felicia flo freda gail"
    " georgie gerardo giselle gladys guadalupe gwen haley hayley henrietta hilda hilt ignatius ines isha jaclyn jada"
    " jamal jan janelle jayden jaylen jeanette jerome jody jolene jonah josie joy joyce kaleb kaitlyn kara karin"
    " kathleen kelsey kiera kiley kristin kurt lacy lana latoya lawrence lee leanne lexie lorelai lorraine lottie"
    " lucia luisa luz lyra mabel macy maddie maggie malia mandy mara marcie marcy margo mariah marian marianne"
    " maribel marin marissa marisol marla marlene matilda maxine mckenna melody mercedes merry mike milly minnie"
    " miriam misha missy mitch moira myra nadine nell nelly nia nicolas nikki noah norma odell paco patsy paulina"
    " philip phyllis pippa porter rafael ramona randi reese rene rob robbie robin rocco rodrigo rolando rosalyn"
    " rosemary roxy rupert sadie sammy santiago savannah sergio shaina shelby shelley sid sofia sonny sophie stefan"
    " suzie talia tamika tasha tatiana ted terri tess thelma tia tiana tobias trevon trinity trish tyrone ursula"
    " valentina velma vince virgil vivien wally wendell willie wilma wilson winnie yasmin yesenia yusuf zack zane"
    " zara zelda zoey zoe".split()
)
_VERBS = frozenset(
    "has had is was bought buys buy gave gives got gets went goes made makes made sold sells ate eats found finds"
    " took takes spent spends picked picks put puts wants wanted needs needed did does said says saved saves read"
    " reads ran runs walked walks drove drives earned earns played plays used uses collected collects baked bakes"
    " won lost decided decides scored scores shared shares planted plants received 's and".split()
)
_OPENERS = frozenset(
    "the a an there if how what when while he she it they we you i his her their our my your its this that these"
    " those each every everyone everybody someone nobody one two three some many most all both another other others"
    " after before during then now at in on for from with of to as so but and or because since upon about over only"
    " first second third last next finally later today yesterday tomorrow tonight mom dad mother father sister"
    " brother grandma grandpa teacher students student children people friends workers who which where why here once"
    " suppose let since half class school team everything nothing winter spring summer autumn".split()
)


def cased(tokens: Sequence[str]) -> list[str]:
    """The tokens with their capitals; as they are where one of them has any."""
    if any(character.isupper() for token in tokens for character in token):
        return list(tokens)
    names = _names_told(tokens)
    return [_cased(tokens, index, names) for index in range(len(tokens))]


def _names_told(tokens: Sequence[str]) -> frozenset[str]:
    """The words that open a sentence as a person's name does."""
    return frozenset(
        token
        for index, token in enumerate(tokens[:-1])
        if _opens(tokens, index)
        and tokens[index + 1] in _VERBS - {"and"}
        and re.fullmatch(r"[a-z]{2,}[a-rt-z]", token)
        and token not in _OPENERS
    )


def _opens(tokens: Sequence[str], index: int) -> bool:
    return index == 0 or tokens[index - 1] in _ENDS


def _cased(tokens: Sequence[str], index: int, names: frozenset[str]) -> str:
    token = tokens[index]
    before = tokens[index - 1] if index else ""
    after = tokens[index + 1] if index + 1 < len(tokens) else ""
    if token in _WHOLE:
        return _WHOLE[token]
    known = token in _NAMES and (token not in _AMBIGUOUS or after in _VERBS)
    titled = (
        before in _TITLES or (before == "." and index > 1 and tokens[index - 2] in _TITLES)
    ) and token.isalpha()
    is_title = token in _TITLES or (token in _RELATIVES and after in _NAMES)
    if known or titled or is_title or token in names or token in _PROPER or _opens(tokens, index):
        return token[:1].upper() + token[1:]
    return token
