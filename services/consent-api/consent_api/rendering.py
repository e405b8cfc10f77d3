"""The answer about who is digitally active as JSON, written out: a thousand items are too many for models.

A test holds what is written here to `schemas.DigitallyActiveAnswer`.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from consent_api.models import Standing
from consent_api.service import NationalIdError, Outcome


def render(answers: Iterable[tuple[str, Outcome]], language: str) -> bytes:
    """`answers` are numbers as sent, each with its outcome."""
    items = ",".join([_item(text, outcome, language) for text, outcome in answers])
    return f'{{"items":[{items}]}}'.encode()


def _item(text: str, outcome: Outcome, language: str) -> str:
    if isinstance(outcome, Standing):  # then the text is eleven digits, with nothing to escape
        return f'{{"nationalId":"{text}",{_members(outcome)}}}'
    return json.dumps({"nationalId": text} | _document(Standing(()), outcome, language))


@lru_cache(maxsize=256)
def _members(standing: Standing) -> str:
    """There are few different standings, so each is written once."""
    return json.dumps(_document(standing), separators=(",", ":"))[1:-1]


def _document(standing: Standing, error: NationalIdError | None = None, language: str = "") -> dict[str, Any]:
    return {
        "active": standing.active and error is None,
        "activeThroughOthers": standing.active_through_others,
        "reasons": standing.reasons,
        "error": error and {"code": error.code, "detail": error.document(language)["detail"]},
    }
