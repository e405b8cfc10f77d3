"""Placeholders of texts that people write: `{name}`, and no other use of braces.

`str.format` is a small language: a width makes a text of any length, and attributes lead anywhere. Authors get neither.
"""

import re
from collections.abc import Mapping
from typing import Final

# What is between two braces, a stray brace, and a brace that is doubled are all found, so that nothing is overlooked
_BRACES: Final = re.compile(r"\{[^{}]{0,40}\}|[{}]")


class PlaceholderUnknown(Exception):
    """`found` is what stands in braces, without them; a brace that stands alone is itself."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(", ".join(found))
        self.found = found


def placeholders(text: str) -> set[str]:
    return {found[1:-1] if len(found) > 1 else found for found in _BRACES.findall(text)}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Raises PlaceholderUnknown for whatever is not exactly one of `values` in braces."""
    if unknown := sorted(placeholders(text) - values.keys()):
        raise PlaceholderUnknown(unknown)
    return _BRACES.sub(lambda found: values[found[0][1:-1]], text)
