"""The practitioners' pages: what they all show is who the patient is, and for whom one works."""

from typing import Any

from fastapi.responses import HTMLResponse

from web.layout.visits import SignedInVisit
from web.practitioner.desk import Desk
from web.practitioner.texts import DESK


def page(visit: SignedInVisit, desk: Desk, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    return visit.page(template, status=status, desk=desk, d=DESK.of(visit.language), **values)
