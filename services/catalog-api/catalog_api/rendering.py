"""From rows to answers. Plain objects: what is stored was validated when published, and tests hold the shapes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row

from catalog_api.codes import CodeList, code_lists
from catalog_api.models import IMAGE_URL, PUBLISHED, STOPPED, ToolChange
from shared.language import DEFAULT_LANGUAGE
from shared.paging import encode_position
from shared.schemas import rfc3339
from shared.search import Found

Json = dict[str, Any]

# filter to its name in the answer and its code list; None for yes or no
_FACETS: Final = {
    "purpose": ("purpose", "purposes"),
    "kind": ("kind", "kinds"),
    "subject_area": ("subjectArea", "subject-areas"),
    "target_group": ("targetGroup", "target-groups"),
    "language": ("language", "languages"),
    "national": ("national", None),
    "login_required": ("loginRequired", None),
    "prescription_required": ("prescriptionRequired", None),
}
_YES_OR_NO: Final = {
    "true": {"nb": "Ja", "nn": "Ja", "en": "Yes"},
    "false": {"nb": "Nei", "nn": "Nei", "en": "No"},
}


def render_page(found: Found, facets: Json | None, language: str) -> bytes:
    cursor = found.next_cursor("sort", "tool_id", language=language)
    rest = {"nextCursor": cursor} | ({} if facets is None else {"facets": facets})
    return b'{"items":[%b],%b' % (",".join(row.listed for row in found.page).encode(), to_json(rest)[1:])


def render_tool(row: Row[Any], language: str) -> Json:
    texts, text_language = _texts(row.document, language)
    url = image_url(row.document["toolId"], row.image_tag)
    return {**row.document, **texts, "textLanguage": text_language, "imageUrl": url, **_times(row)}


def image_url(tool_id: UUID | str, tag: str | None) -> str | None:
    return None if tag is None else IMAGE_URL % tool_id


def _texts(document: Json, language: str) -> tuple[Json, str]:
    texts = document["texts"]
    found = language if language in texts else DEFAULT_LANGUAGE
    return texts[found], found


def _times(row: Row[Any]) -> Json:
    return {"publishedAt": rfc3339(row.published_at), "updatedAt": rfc3339(row.updated_at)}


def render_facets(counts: Mapping[str, Mapping[str, int]], language: str) -> Json:
    """Every value there is, in the code list's order, those without a tool too: a reader's form does not jump."""
    return {
        shown: [
            {"code": code, "name": names.get(language, names[DEFAULT_LANGUAGE]), "count": counts[facet].get(code, 0)}
            for code, names in _values(code_list).items()
        ]
        for facet, (shown, code_list) in _FACETS.items()
    }


def _values(code_list: str | None) -> Mapping[str, Mapping[str, str]]:
    if code_list is None:
        return _YES_OR_NO
    return {item.code: item.names for item in code_lists()[code_list].items}


def render_changes(rows: Sequence[Row[Any]], after: int, limit: int) -> Json:
    shown = rows[:limit]
    return {
        "items": [_change(row) for row in shown],
        "nextCursor": encode_position(shown[-1].sequence if shown else after),
        "more": len(rows) > limit,
    }


def _change(row: Row[Any]) -> Json:
    return {
        "sequence": row.sequence,
        "change": row.change,
        "toolId": str(row.tool_id),
        "revision": row.revision,
        "changedAt": rfc3339(row.changed_at),
        "tool": row.document,
        "category": row.category,
    }


def render_status(change: ToolChange) -> Json:
    """How the tool stands after the change."""
    return {
        "toolId": str(change.tool_id),
        "revision": change.revision,
        "status": STOPPED if change.change == STOPPED else PUBLISHED,
        "category": change.category,
        "changedAt": rfc3339(change.changed_at),
        "sequence": change.sequence,
    }


def render_code_lists(language: str) -> Json:
    return {"items": [_code_list(name, found, language) for name, found in code_lists().items()]}


def render_code_list(name: str, found: CodeList, language: str) -> Json:
    items = [
        {
            "code": item.code,
            "name": item.names[language],
            "names": item.names,
            "definition": found.definitions[item.code][language],
            "definitions": found.definitions[item.code],
            "retired": item.retired,
            **item.model_dump(include={"light", "stored"}, exclude_none=True),
        }
        for item in found.items
    ]
    return {**_code_list(name, found, language), "items": items}


def _code_list(name: str, found: CodeList, language: str) -> Json:
    return {"name": name, "title": found.title[language], "titles": found.title}
