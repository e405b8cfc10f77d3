"""From rows of the history to answers."""

from collections.abc import Sequence
from typing import Any

from catalog_api.models import HistoryEntry
from catalog_api.steps.rendering import render_step
from shared.paging import encode_cursor

Json = dict[str, Any]


def render_history(entries: Sequence[HistoryEntry], limit: int) -> Json:
    """`entries` are one more than `limit` when there is another page."""
    last = entries[limit - 1] if len(entries) > limit else None
    return {
        "items": [render_step(entry) for entry in entries[:limit]],
        "nextCursor": encode_cursor(last.happened_at.isoformat(), last.place, last.number) if last else None,
    }
