"""One request of one browser: who it is, in which language, and how a page is answered.

    @router.get("/verktoy")
    async def list_tools(visit: Visitor) -> Response:
        tools = await visit.api("prescription").get("/v1/prescribable-tools")
        return visit.page("tools.html", t=TOOLS.of(visit.language), tools=tools["items"])

    @router.post("/verktoy")
    async def send(visit: Visitor, form: Sent) -> Response: ...

`Guest` is anyone, `Visitor` somebody signed in; `Sent` is a form that came from a page of this session. A form is sent
to the address of the page that it stands on, and answered by `visit.go(path)`, or by the same page with what is wrong.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.language import LANGUAGES, best_language
from web.calling import Api, Caller
from web.layout import cookies
from web.layout.forms import Form, check_origin, check_token, read_form
from web.layout.rendering import FrontEnd, Renderer
from web.session import Person, Session, Sessions
from web.settings import WebSettings
from web.signing_in import OpenIdClient

SERVICES: Final = {
    "catalog": "nhn:verktoykatalog",
    "prescription": "nhn:verktoyformidler",
    "consent": "nhn:samtykke",
    "notification": "nhn:varsling",
    "helsetilbud": "nhn:helsetilbud",
}


class NotSignedIn(Exception):
    """Whoever asks is not, or not any more: `person` is who they were, `form` what they sent."""

    def __init__(self, person: Person | None = None, form: Form | None = None) -> None:
        super().__init__()
        self.person, self.form = person, form


@dataclass(frozen=True, slots=True)
class House:
    """What a front end's requests work with, for as long as it runs."""

    settings: WebSettings
    front_end: FrontEnd
    http: httpx.AsyncClient
    sessions: Sessions
    client: OpenIdClient
    renderer: Renderer


class Visit:
    """`session` is None for somebody who is not signed in; `before` is who was, until the session ended."""

    def __init__(
        self, request: Request, house: House, language: str, session: Session | None, before: Person | None = None
    ) -> None:
        self.request, self.house, self.language = request, house, language
        self.session, self.before = session, before

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """`values` are what the template names; see `Renderer.render` for what it has besides."""
        secret = self.session.form_secret if self.session else None
        here = {"path": self.request.url.path, "person": self.session.person if self.session else None}
        idle = self.house.settings.idle_seconds
        text = self.house.renderer.render(template, self.language, secret, **{"idle": idle, **here, **values})
        return HTMLResponse(text, status, {"Content-Language": self.language})

    def go(self, path: str) -> RedirectResponse:
        """After a form: reloading what comes then sends nothing again."""
        return RedirectResponse(path, 303)

    def public(self, service: str) -> Api:
        """For what anyone may ask."""
        return self._api(service, None)

    def _api(self, service: str, caller: Caller | None) -> Api:
        url = getattr(self.house.settings, f"{service}_url")
        return Api(url, SERVICES[service], self.house.http, self.language, caller)


class SignedInVisit(Visit):
    session: Session

    def api(self, service: str) -> Api:
        """A service, as whoever is signed in: `catalog`, `prescription`, `consent`, `notification`, `helsetilbud`."""
        return self._api(service, self._caller())

    def _caller(self) -> Caller:
        house = self.house
        return Caller(house.http, house.client, house.sessions, self.session, self.language)

    async def authorize(self, details: str | None) -> None:
        """Every token is asked for with these `authorization_details` from now on. Raises SignInRefused, Away."""
        await self._caller().authorize(details, self.house.front_end.audiences[0])

    @property
    def contents(self) -> dict[str, Any]:
        """What this front end keeps in the session, as it is now."""
        return self.session.contents

    def change(self) -> AbstractAsyncContextManager[dict[str, Any]]:
        """`async with visit.change() as contents:` the same, to be changed in place; nothing is called within."""
        return self.house.sessions.change(self.session)

    def typed(self, path: str) -> dict[str, str]:
        """What was typed in the form at `path` when a session ended; empty where nothing was."""
        found: dict[str, str] = self.contents.get(TYPED, {}).get(path, {})
        return found

    async def keep_typed(self, path: str, fields: Mapping[str, str]) -> None:
        """For when something else comes between: the patient has to be chosen anew, say."""
        async with self.change() as contents:
            contents.setdefault(TYPED, {})[path] = dict(fields)

    async def forget_typed(self, path: str) -> None:
        """Once it has been sent."""
        if path in self.contents.get(TYPED, {}):
            async with self.change() as contents:
                contents.get(TYPED, {}).pop(path, None)

    def mark(self, *parts: str) -> str:
        """Stands for what may not be told to the browser: the same for the same parts and the same person."""
        return self.house.sessions.seal.mark(self.house.front_end.name, self.session.person.subject, *parts)


TYPED: Final = "typed"


async def _visit(request: Request) -> Visit:
    house: House = request.app.state.house
    identifier = cookies.read(request, house.front_end.name, cookies.SESSION)
    seen = request.url.path not in house.front_end.unattended
    session, person = await house.sessions.find(identifier, seen=seen) if identifier else (None, None)
    language = language_of(request, house.front_end.name)
    visit = (
        SignedInVisit(request, house, language, session) if session else Visit(request, house, language, None, person)
    )
    request.state.visit = visit  # for the page that tells what went wrong
    return visit


def language_of(request: Request, front_end: str) -> str:
    """As was chosen, else as the browser prefers."""
    chosen = cookies.read(request, front_end, cookies.LANGUAGE)
    return chosen if chosen in LANGUAGES else best_language(request.headers.get("Accept-Language"))


Guest = Annotated[Visit, Depends(_visit)]


async def _signed_in(visit: Guest) -> SignedInVisit:
    if isinstance(visit, SignedInVisit):
        return visit
    raise NotSignedIn(visit.before, await read_form(visit.request) if visit.request.method == "POST" else None)


Visitor = Annotated[SignedInVisit, Depends(_signed_in)]


async def _sent(visit: Guest) -> Form:
    check_origin(visit.request, visit.house.settings.public_url)
    form = await read_form(visit.request)
    if visit.session is None:
        raise NotSignedIn(visit.before, form)
    visit.request.state.form = form  # for when the issuer ends the session meanwhile
    check_token(form.token, visit.session.form_secret)
    return form


Sent = Annotated[Form, Depends(_sent)]


def local_path(path: str | None, default: str = "/") -> str:
    """An address of ours, or the default: nobody is sent elsewhere by a link to us."""
    if not path or not path.startswith("/") or path[1:2] in ("/", "\\") or any(ord(sign) <= 32 for sign in path):
        return default
    return path if "\\" not in path else default


def sign_in_path(back: str) -> str:
    return f"/logg-inn?til={quote(local_path(back), safe='')}"
