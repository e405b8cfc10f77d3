"""What a word that nobody knows was probably meant to be."""

from collections.abc import Iterable, Sequence
from math import inf
from typing import Final

from rapidfuzz.distance import OSA

# A shorter word is as easily another word as a slip: (letters in the longer of the two, slips)
_ALLOWED: Final = ((8, 2), (5, 1))
_SHORTEST: Final = 4
# what may stand behind a lexeme in a word of Norwegian, bokmål or nynorsk
_ENDINGS: Final = (
    *("", "a", "e", "ar", "ane", "en", "er", "ene", "et", "ere", "est", "este", "s", "t", "te", "tt", "ende", "ing"),
    *("het", "heten", "else", "elsen", "elser", "lig", "lige", "leg", "lege", "ens", "ighet", "igheten", "igheter"),
)
# behind a lexeme of three letters, which alone says little
_LONG_ENDINGS: Final = tuple(ending for ending in _ENDINGS if len(ending) > 2)
_LONGEST_ENDING: Final = max(map(len, _ENDINGS))


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


def likely_forms_of(written: Sequence[str], lexemes: Iterable[str]) -> list[str]:
    """The lexemes of which one of `written` is a form but for one slip, in the lexeme or in what stands behind it.

    A misspelt word has no lexeme of its own: what the stemmer takes off depends on the letters that are wrong.
    """
    ways = [way for way in dict.fromkeys(written) if len(way) > _SHORTEST]
    return [lexeme for lexeme in lexemes if any(_begin_alike(way, lexeme) and _is_form(way, lexeme) for way in ways)]


def _begin_alike(way: str, lexeme: str) -> bool:
    """With one slip behind the first letter, one of these pairs is equal: most words are passed over by it."""
    second, third = way[1], way[2]
    return second == lexeme[1:2] or third == lexeme[2:3] or second == lexeme[2:3] or third == lexeme[1:2]


def _is_form(way: str, lexeme: str) -> bool:
    length = len(lexeme)
    endings = _ENDINGS if length >= _SHORTEST else _LONG_ENDINGS
    if not _SHORTEST - 1 <= length <= len(way) + 1 or len(way) - length > _LONGEST_ENDING + 1:
        return False
    if way.startswith(lexeme):
        return any(OSA.distance(way[length:], ending, score_cutoff=1) <= 1 for ending in endings)
    return any(
        way[cut:] in endings and OSA.distance(way[:cut], lexeme, score_cutoff=1) <= 1
        for cut in (length - 1, length, length + 1)
        if cut <= len(way)
    )
