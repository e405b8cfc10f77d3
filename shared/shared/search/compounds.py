"""Words in words: Norwegian writes what belongs together as one."""

from collections.abc import Sequence
from typing import Final

from shared.search.vocabulary import LONG_TEXT, NAME, Known

_SHORTEST: Final = 3
# A stem of so many letters is seldom the beginning of an unrelated word, and one of more hardly ever
LONG_STEM: Final = 5
_MOST: Final = 12
_MOST_BEGUN: Final = 40
# An unrelated word is not much longer (eksem, eksempel), and what it has more is no ending that makes words of words
_LONGEST_CHANCE: Final = 4
_ENDINGS: Final = frozenset(
    "het else ing ning ene ende lig leg som løs los laus skap dom er en et isk ist ar a ene ane".split()  # noqa: SIM905
)
_REMEMBERED: Final = 5_000
# what a lexeme may have behind it as the first part of a compound, and before it as the second
_JOINTS_BEHIND: Final = ("", "s", "e", "es", "er", "ende")
_JOINTS_BEFORE: Final = ("", "s", "e")


def compounds_with(stem: str, written: str, known: Known) -> list[str]:
    """As `_find_compounds`, once for the same words."""
    if not known.is_newest:
        return _find_compounds(stem, written, known)
    found = known.vocabulary.compounds
    if (stem, written) not in found:
        if len(found) >= _REMEMBERED:
            found.clear()
        found[stem, written] = _find_compounds(stem, written, known)
    return found[stem, written]


def _find_compounds(stem: str, written: str, known: Known) -> list[str]:
    """The weightiest of the known compounds with a word, none that merely looks like one: what is left is known too.

    Those that end with it; those that begin with it where it is short, because the others are found by their beginning.
    Names are made up: the rest of one may be anything.
    """
    if len(stem) < _SHORTEST:
        return []
    found = {word for word in known.ending_with(stem) if _is_first(word[: -len(stem)], known)}
    if len(stem) < LONG_STEM:
        for beginning in {stem, written}:
            found |= {
                word
                for word in known.beginning_with(beginning)
                if _is_second(word[len(beginning) :], known, in_name=known.weight(word) == NAME)
            }
    return sorted(found, key=lambda word: (known.weight(word), word))[:_MOST]


def begun_with(stem: str, known: Known) -> list[str] | None:
    """Longer words with this beginning, where one merely begins alike; None where none does, and the beginning finds
    them all.
    """
    if len(stem) != LONG_STEM:
        return None
    every = list(known.beginning_with(stem))
    related = [word for word in every if not _is_chance(word[len(stem) :], known, known.weight(word))]
    return None if len(related) == len(every) else related[:_MOST_BEGUN]


def _is_chance(rest: str, known: Known, weight: str) -> bool:
    if weight == NAME or rest in _ENDINGS or not 2 <= len(rest) <= _LONGEST_CHANCE:
        return False
    return rest not in known and not _is_second(rest, known, in_name=False)


def _is_first(rest: str, known: Known) -> bool:
    shorter = (rest.removesuffix(joint) for joint in _JOINTS_BEHIND if rest.endswith(joint))
    return any(len(word) >= _SHORTEST and word in known for word in shorter)


def _is_second(rest: str, known: Known, *, in_name: bool) -> bool:
    if in_name:
        return len(rest) >= _SHORTEST
    shorter = (rest.removeprefix(joint) for joint in _JOINTS_BEFORE if rest.startswith(joint))
    return any(len(word) >= _SHORTEST and word in known for word in shorter)


def parts_of(beginnings: Sequence[str | None], endings: Sequence[str | None], known: Known) -> tuple[str, str] | None:
    """The most even way to read a word as two that are known; lexemes of both sides of each cut are given."""
    pairs = zip(beginnings, endings, strict=True)
    ways = [
        (first, second)
        for first, second in pairs
        if first and second and _is_part(first, known) and _is_part(second, known)
    ]
    return min(ways, key=lambda way: abs(len(way[0]) - len(way[1])), default=None)


def _is_part(lexeme: str, known: Known) -> bool:
    """A very short one that no document is about is more likely to be a chance."""
    return lexeme in known and (len(lexeme) > _SHORTEST or known.weight(lexeme) != LONG_TEXT)


def openings_of(beginnings: Sequence[str | None], known: Known) -> list[str]:
    """What documents are about that it begins with, in four letters or more; the longest first."""
    return [word for word in reversed(beginnings[1:]) if word and _is_topic(word, known)]


def _is_topic(lexeme: str, known: Known) -> bool:
    longer = known.beginning_with(lexeme) if len(lexeme) >= LONG_STEM else ()
    return lexeme not in known.lore.weak and any(known.weight(word) < LONG_TEXT for word in (lexeme, *longer))
