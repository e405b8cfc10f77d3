"""Whether the name that somebody states is the one that the register has: who is named is known to who names them."""

import unicodedata
from collections import Counter
from typing import Final

_FEWEST: Final = 2  # a given name and a surname


def tidied(stated: str) -> str:
    """As it is kept and shown: one space between words, characters in their usual form."""
    return " ".join(unicodedata.normalize("NFKC", stated).split())


def is_same_name(stated: str, registered: str) -> bool:
    """Case, order, spaces and hyphens do not matter, and names in the middle may be left out; the register's first and
    last name may not, and no other may be put in. Two names that have nothing in them are not the same.
    """
    words, known = _words(stated), _words(registered)
    if not known or len(words) < min(_FEWEST, len(known)):
        return False
    needed = Counter({known[0], known[-1]})
    return needed <= Counter(words) <= Counter(known)


def _words(name: str) -> list[str]:
    return tidied(name).casefold().replace("-", " ").split()
