"""Names of what tools are filtered by, as the catalogue has them."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from web.layout.visits import Visit

_SECONDS: Final = 300.0
LISTS: Final = {
    "purpose": "purposes",
    "subjectArea": "subject-areas",
    "targetGroup": "target-groups",
    "language": "languages",
}

Codes = Mapping[str, Mapping[str, str]]
_kept: dict[tuple[str, str], tuple[float, Codes]] = {}


async def codes_of(visit: Visit) -> Codes:
    """Names by code, of each list; kept for minutes."""
    catalog = visit.public("catalog")
    kept = _kept.get((catalog.url, visit.language))
    if kept and kept[0] > time.monotonic():
        return kept[1]
    answers = await asyncio.gather(*(catalog.get(f"/v1/code-lists/{name}") for name in LISTS.values()))
    codes = {
        field: {it["code"]: it["name"] for it in answer["items"] if not it["retired"]}
        for field, answer in zip(LISTS, answers, strict=True)
    }
    _kept[catalog.url, visit.language] = (time.monotonic() + _SECONDS, codes)
    return codes
