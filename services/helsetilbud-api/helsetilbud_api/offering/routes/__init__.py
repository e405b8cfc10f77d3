"""HTTP only: each route takes the caller and a connection, calls one use case or query, answers."""

from typing import Final

from fastapi import APIRouter

from helsetilbud_api.offering.routes import (
    blocked_patients,
    editors,
    history,
    messages,
    offices,
    panel,
    practitioners,
    triage,
)

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(
    module.router for module in (panel, offices, messages, triage, practitioners, editors, blocked_patients, history)
)
