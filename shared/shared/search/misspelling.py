"""What a word that nobody knows was probably meant to be."""

from collections.abc import Sequence
from math import inf
from typing import Final

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
    if longer >= _SHORTEST and sorted(written) == sorted(meant) and _distance(written, meant) == 1:
        return 1
    allowed = next((count for letters, count in _ALLOWED if longer >= letters), 0)
    if written[:1] != meant[:1] or len(set(written) ^ set(meant)) > 2 * allowed:  # most are seen without counting
        return inf
    slips = _distance(written, meant)
    return slips if slips <= allowed else inf


def _distance(one: str, other: str) -> int:
    """Optimal string alignment: Levenshtein's distance, where a swap of neighbours is one step."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, candidate in enumerate(other, 1):
            step = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != candidate))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == candidate:
                step = min(step, above[j - 2] + 1)
            row.append(step)
    return row[-1]
