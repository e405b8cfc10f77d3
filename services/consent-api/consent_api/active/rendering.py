"""The answer about who is digitally active as JSON, written out: a thousand items are too many for models.

Tests hold what is written here to the models in `schemas`.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from consent_api.active.models import Standing
from consent_api.active.service import Outcome
from consent_api.identities import NationalIdError


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
        "activeThroughOthers": standing.through_others,
        "assignedRepresentative": standing.assigned,
        "reasons": standing.reasons,
        "error": error and {"code": error.code, "detail": error.document(language)["detail"]},
    }


def render_for_ehr(answers: Iterable[tuple[str, Outcome]]) -> bytes:
    """In the shape that record systems already speak. Whoever is not known to be reachable is not."""
    items = ",".join([f"{json.dumps(text)}:{_status(outcome)}" for text, outcome in dict(answers).items()])
    return f'{{"erAktivListe":{{{items}}}}}'.encode()


def _status(outcome: Outcome) -> str:
    return _ehr_members(outcome if isinstance(outcome, Standing) else None)


@lru_cache(maxsize=256)
def _ehr_members(standing: Standing | None) -> str:
    members: Mapping[str, bool] = {
        "erAktivSelv": standing is not None and standing.active,
        "erAktivViaAndre": standing is not None and standing.through_others,
        "tildeltFullmakt": standing is not None and standing.assigned,
    }
    return json.dumps(members, separators=(",", ":"))
