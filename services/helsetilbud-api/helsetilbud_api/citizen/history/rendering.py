"""From the log's entries to what a citizen reads of them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from asyncpg import Record

from helsetilbud_api.citizen.history.queries import EVENTS
from helsetilbud_api.citizen.texts import reason_text
from shared.schemas import rfc3339


def render_entry(row: Record, language: str) -> dict[str, Any]:
    data = json.loads(row["data"])
    if row["name"] == "kept.feed_event":
        return _told_to_many(data, row["tool_name"], language)
    kind, when = EVENTS[row["name"]]
    return {
        "kind": kind,
        "at": rfc3339(datetime.fromisoformat(data[when])),
        "toolId": data["toolId"],
        "toolName": row["tool_name"],
        "prescriptionId": data.get("prescriptionId"),
        "prescribedBy": _prescriber(data) if kind == "tool-prescribed" else None,
        "onBehalf": data.get("actedBy", data["citizen"]) != data["citizen"],
        "reason": _reason(data.get("category"), language),
    }


def _told_to_many(data: Mapping[str, Any], tool_name: str | None, language: str) -> dict[str, Any]:
    """A row of the feed: of a stop or a reinstatement, or of what was there before the log was."""
    return {
        "kind": data["kind"],
        "at": rfc3339(datetime.fromisoformat(data["occurred_at"])),
        "toolId": data["tool_id"],
        "toolName": tool_name,
        "prescriptionId": data["prescription_id"],
        "prescribedBy": None,
        "onBehalf": False,
        "reason": _reason(data.get("reason"), language),
    }


def _prescriber(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": data["prescriberName"],
        "profession": data.get("prescriberProfession"),
        "organisation": data["organisation"],
        "organisationName": data.get("organisationName"),
    }


def _reason(code: str | None, language: str) -> dict[str, Any] | None:
    return {"code": code, "text": reason_text(code, language)} if code else None
