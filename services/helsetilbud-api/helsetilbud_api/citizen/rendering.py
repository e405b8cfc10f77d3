"""From rows to answers, as plain objects: the feed is read at every login, and models cost more than its query."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from asyncpg import Record
from fastapi import Response
from pydantic_core import to_json
from sqlalchemy import Row

from helsetilbud_api.citizen.models import HIDING, check_known
from helsetilbud_api.citizen.queries import Found
from helsetilbud_api.citizen.texts import HIDDEN, feed_text, reason_text
from helsetilbud_api.clients.prescriptions import Message
from shared.http import entity_tag, etag_matches
from shared.paging import encode_cursor
from shared.schemas import rfc3339

Json = dict[str, Any]

MY_TOOLS: Final = "/v1/me/tools"


def render_page(
    found: Found, limit: int, language: str, render: Callable[[Any, str], Json], if_none_match: str | None
) -> Response:
    """The entity tag is of everything but the freshness, so that a list that has not changed is not sent again.

    Raises ConsentUnknown.
    """
    check_known(found.level)
    shown = found.rows[:limit]
    page = {
        "items": [render(row, language) for row in shown],
        "nextCursor": _next_cursor(found, shown),
        "hidden": hidden(found.level, language),
    }
    return tagged(page, language, if_none_match, {"freshness": {"asOf": _time(found.as_of)}})


def _next_cursor(found: Found, shown: Sequence[Row[Any]]) -> str | None:
    if len(found.rows) <= len(shown):
        return None
    return found.cursor or encode_cursor(shown[-1].at.isoformat(), str(shown[-1].key))


def tagged(content: Json, language: str, if_none_match: str | None, untagged: Json | None = None) -> Response:
    """304 when the caller has it already; `untagged` are members that the weak entity tag does not vouch for."""
    etag = entity_tag(to_json(content) + language.encode())
    headers = {"ETag": f"W/{etag}", "Content-Language": language, "Vary": "Accept-Language"}
    if if_none_match and etag_matches(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(to_json(content | (untagged or {})), headers=headers, media_type="application/json")


def hidden(level: str | None, language: str) -> Json | None:
    reason = HIDING.get(level)
    return {"reason": reason, "text": HIDDEN[reason][language]} if reason else None


def render_my_tool(row: Row[Any], language: str) -> Json:
    prescribed = row.origin == "prescribed"
    texts = row.texts or {}
    return {
        "toolId": str(row.key),
        "name": texts.get("name"),
        "shortText": texts.get("shortText"),
        "origin": row.origin,
        "new": prescribed and row.first_opened_at is None,
        "addedAt": rfc3339(row.at),
        "prescriptionId": _id(row.prescription_id),
        "prescribedBy": _prescribed_by(row) if prescribed else None,
        "prescribedAt": rfc3339(row.at) if prescribed else None,
        "deadline": _time(row.deadline),
        "openedAt": _time(row.first_opened_at),
        "lastOpenedAt": _time(row.last_opened_at),
        "withdrawn": row.stopped,
        "withdrawnCategory": row.stop_category,
        "withdrawnText": reason_text(row.stop_category, language) if row.stopped else None,
    }


def render_my_tool_page(row: Row[Any], language: str, message: Message) -> Json:
    return render_my_tool(row, language) | {"longText": row.long_text} | _said(message)


def render_feed_event_page(row: Record, language: str, message: Message) -> Json:
    return render_feed_event(row, language) | _said(message)


def _reason(code: str | None, language: str) -> Json | None:
    return {"code": code, "text": reason_text(code, language)} if code else None


def _said(message: Message) -> Json:
    return {"message": message.text, "messageMissing": message.missing}


def _prescribed_by(row: Row[Any]) -> Json:
    return {
        "name": row.prescriber_name,
        "profession": row.prescriber_profession,
        "organisation": row.organisation,
        "organisationName": row.organisation_name,
    }


def render_feed_event(row: Record, language: str) -> Json:
    """Where the tool still is the citizen's, the entry leads to it (M4)."""
    said = feed_text(row["kind"], language, row["tool_name"], row["prescriber_name"])
    return {
        "feedEventId": str(row["key"]),
        "kind": row["kind"],
        "occurredAt": rfc3339(row["at"]),
        "title": said.title,
        "text": said.text,
        "toolId": str(row["tool_id"]),
        "prescriptionId": _id(row["prescription_id"]),
        "about": f"{MY_TOOLS}/{row['tool_id']}" if row["mine"] else None,
        "reason": _reason(row["reason"], language),
        "notified": [{name: told[name] for name in ("channel", "outcome", "at")} for told in row["notified"]],
    }


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def _id(value: object) -> str | None:
    return str(value) if value else None
