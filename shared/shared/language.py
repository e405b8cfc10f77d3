"""Which language to answer people in: bokmål unless they ask for nynorsk or English."""

from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

Language = Literal["nb", "nn", "en"]
LANGUAGES: Final[tuple[str, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final = "nb"

# A text for people, per language; bokmål is always there.
Text: TypeAlias = dict[str, str]

_ALIASES = {"no": "nb"}


@lru_cache(maxsize=512)
def best_language(accept_language: str | None, default: str = DEFAULT_LANGUAGE) -> str:
    """The best of `nb`, `nn`, `en` for an Accept-Language header (RFC 9110, 12.5.4); the default when nothing fits."""
    ranked = sorted(map(_range, (accept_language or "").split(",")[:20]), key=lambda r: -r[1])
    return next((tag for tag, weight in ranked if tag in LANGUAGES and weight > 0), default)


def _range(part: str) -> tuple[str, float]:
    tag, _, quality = part.strip().partition(";")
    primary = tag.strip().split("-")[0].lower()
    try:
        weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
    except ValueError:
        weight = 0.0
    return _ALIASES.get(primary, primary), weight
