"""From what was done to answers."""

from typing import Any

from catalog_api.models import HistoryEntry
from catalog_api.participants import Actor
from shared.schemas import rfc3339

Json = dict[str, Any]


def render_step(entry: HistoryEntry) -> Json:
    return {
        "step": entry.step,
        "at": rfc3339(entry.happened_at),
        "actor": render_doer(entry),
        "reason": entry.reason,
        "submissionId": entry.submission_id and str(entry.submission_id),
        "state": entry.state,
        "revision": entry.revision,
        "category": entry.category,
        "items": entry.details and entry.details["items"],
    }


def render_doer(doer: HistoryEntry | Actor) -> Json:
    return {"role": doer.role, "organisation": doer.organisation, "name": doer.name}
