"""How a text shows that it is in the wrong language: by the small words that only English has."""

import re
from typing import Final

_SMALL: Final = re.compile(
    r"\b(?:the|is|are|not|must|should|cannot|this|that|these|those|been|was|were|which|there|their|they|you|your|with"
    r"|without|and|than|what|where|whether|nobody|somebody|anyone|whom|whose|input|valid|value|field|required|string"
    r"|only|has|have|its|who|when|then)\b",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"`[^`]*`|\{[^}]*\}|«[^»]*»")  # names of parameters, placeholders, codes


def english_words(text: str) -> set[str]:
    """Those of the text, outside what it quotes."""
    return {word.lower() for word in _SMALL.findall(_QUOTED.sub(" ", text))}
