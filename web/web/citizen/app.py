"""The citizens' front end."""

import httpx
from fastapi import FastAPI

from shared.app import settled
from shared.logging import configure_logging
from web.building import build
from web.citizen import (
    access_logs,
    attorneys,
    children,
    choices,
    consent,
    events,
    gp_panel,
    messages,
    one_tool,
    persons,
    settings_form,
    tool_list,
)
from web.layout.rendering import FrontEnd, Link
from web.layout.visits import SERVICES
from web.settings import WebSettings
from web.texts import Texts

_ASKED_OF = ("helsetilbud", "consent", "notification", "prescription")

CITIZEN = FrontEnd(
    name="citizen",
    product=Texts(nb="Mine helseverktøy", nn="Mine helseverktøy", en="My health tools"),
    scope="openid profile",
    audiences=tuple(SERVICES[name] for name in _ASKED_OF),
    menu=(
        Link("/", Texts(nb="Hendelser", nn="Hendingar", en="Events")),
        Link("/verktoy", Texts(nb="Verktøy", nn="Verktøy", en="Tools")),
        Link("/fastlegen", Texts(nb="Fastlegen", nn="Fastlegen", en="GP")),
        Link("/varsler", Texts(nb="Varsler", nn="Varsel", en="Notifications")),
        Link("/samtykke", Texts(nb="Samtykke", nn="Samtykke", en="Consent")),
        Link("/reservasjoner", Texts(nb="Reservasjoner", nn="Reservasjonar", en="Opt-outs")),
        Link("/fullmakter", Texts(nb="Fullmakter", nn="Fullmakter", en="Powers of attorney")),
        Link("/barn", Texts(nb="Barn", nn="Barn", en="Children")),
        Link("/innsyn", Texts(nb="Innsyn", nn="Innsyn", en="Access log")),
    ),
    own_links=(Link("/bytt-person", Texts(nb="Bytt person", nn="Byt person", en="Change person")),),
    unattended=frozenset({events.STREAM, events.NEWEST}),
    kept_fields=frozenset(
        {"navn", "fra", "til", "sprak", "telefon", "epost", "natt", "natt-fra", "natt-til", "niva"}
        | {f"{category}-{channel}" for category in settings_form.CATEGORIES for channel in settings_form.CHANNELS}
        | {attorneys.area_field(area) for area in attorneys.AREAS}
    ),
)

_ROUTERS = (
    events.router,
    tool_list.router,
    one_tool.router,
    consent.router,
    choices.router,
    attorneys.router,
    children.router,
    messages.router,
    settings_form.router,
    access_logs.router,
    gp_panel.router,
    persons.router,
)


def create_app(settings: WebSettings, *, http: httpx.AsyncClient | None = None) -> FastAPI:
    return build(settings, CITIZEN, _ROUTERS, http=http)


def from_environment() -> FastAPI:
    """For `uvicorn --factory web.citizen.app:from_environment`."""
    settings = WebSettings(service="web-citizen")
    configure_logging(settings.log_level, service=settings.service)
    return settled(create_app(settings))
