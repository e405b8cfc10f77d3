"""From rows of the history to answers."""

from collections.abc import Sequence
from typing import Any

from catalog_api.models import HistoryEntry
from catalog_api.participants import Actor
from shared.paging import encode_cursor
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


def render_history(entries: Sequence[HistoryEntry], limit: int) -> Json:
    """`entries` are one more than `limit` when there is another page."""
    last = entries[limit - 1] if len(entries) > limit else None
    return {
        "items": [render_step(entry) for entry in entries[:limit]],
        "nextCursor": encode_cursor(last.happened_at.isoformat(), last.place, last.number) if last else None,
    }
