"""What a word that nobody knows was probably meant to be."""

from collections.abc import Sequence
from math import inf
from typing import Final

from rapidfuzz.distance import OSA

# A shorter word is as easily another word as a slip: (letters in the longer of the two, slips)
_ALLOWED: Final = ((8, 2), (5, 1))
_SHORTEST: Final = 4


def likely_meant(written: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those of the known words that are nearest, if near enough; `written` are ways to see what was written."""
    ways = list(dict.fromkeys(written))
    slips = {word: min(count_slips(way, word) for way in ways) for word in known}
    fewest = min(slips.values(), default=inf)
    return [word for word in known if slips[word] == fewest < inf]


def count_slips(written: str, meant: str) -> float:
    """Letters left out, added, mistaken or swapped with the next; infinite where it is another word.

    The first letter is seldom wrong, unless it is swapped with the second.
    """
    longer = max(len(written), len(meant))
    allowed = next((count for letters, count in _ALLOWED if longer >= letters), 0)
    slips = OSA.distance(written, meant, score_cutoff=max(allowed, 1))
    if longer >= _SHORTEST and slips == 1 and sorted(written) == sorted(meant):
        return slips
    return slips if slips <= allowed and written[:1] == meant[:1] else inf
