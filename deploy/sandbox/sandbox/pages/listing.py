"""The same list as JSON for programs and as a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from sandbox.pages.rendering import page, wants_page

_WORDS = {
    "resident": "bosatt",
    "deceased": "død",
    "emigrated": "utvandret",
    "full": "fullt",
    "none": "nei",
    "gp-office": "legekontor",
    "municipality": "kommune",
    "hospital": "sykehus",
    "supplier": "leverandør",
    "health-body": "offentlig helseaktør",
    "platform": "forvalter",
    "learning": "læring",
    "mapping": "kartlegging",
    "treatment": "behandling",
    "standalone": "selvstendig",
    "integrated": "integrert",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """`columns`: JSON name to the Norwegian heading."""

    title: str
    columns: dict[str, str]


def answer(request: Request, listing: Listing, items: list[dict[str, Any]], **more: Any) -> Response:
    if not wants_page(request):
        return JSONResponse({"items": items, **more})
    rows = [[(heading, _cell(item.get(name))) for name, heading in listing.columns.items()] for item in items]
    return page("listing.html", listing=listing, rows=rows, more=more)


def _cell(value: Any) -> str:
    """A value as a person would write it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, dict):
        return str(value.get("profession") or value.get("nb", {}).get("name", ""))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_cell, value)) or "–"
    return _WORDS.get(str(value), str(value))
