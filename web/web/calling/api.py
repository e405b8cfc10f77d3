"""One service, as one caller sees it: `await api.get("/v1/things", limit=10)`."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from shared.correlation import outgoing_headers
from web.calling.errors import Away, Problem, Refused, SignedOut
from web.session import Session, Sessions, Token, Tokens
from web.signing_in import IssuerAway, OpenIdClient, SignInRefused, proof

_AWAY: Final = frozenset({408, 429, 500, 502, 503, 504})
_IN_PROGRESS: Final = "idempotency-in-progress"
_TRIES: Final = 4
_WAIT: Final = 0.1  # seconds, for a token that another request fetches
_WAITS: Final = 100

Query = str | int | bool | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`etag` is None where the answer has none."""

    status: int
    body: Any
    etag: str | None
    headers: Mapping[str, str]


class Caller:
    """Somebody signed in, with a token for each audience; made anew for each request of theirs."""

    def __init__(
        self, http: httpx.AsyncClient, client: OpenIdClient, sessions: Sessions, session: Session, language: str
    ) -> None:
        self.http, self.language = http, language
        self._client, self._sessions, self._session = client, sessions, session

    async def authorization(self, audience: str, method: str, url: str) -> dict[str, str]:
        """The headers of one call. Raises SignedOut, Away."""
        token = self._session.tokens.access.get(audience)
        if token is None or not token.is_good:
            token = (await self._renewed(audience)).access[audience]
        return self._headers(token, method, url)

    def _headers(self, token: Token, method: str, url: str) -> dict[str, str]:
        headers = {"Authorization": f"{token.kind} {token.value}"}
        if token.kind == "DPoP":
            headers["DPoP"] = proof(self._session.tokens.proof_key, method, url, token=token.value)
        return headers

    async def authorize(self, details: str | None, audience: str) -> None:
        """From now on every token is asked for with these details; those that are here are thrown away. Raises
        SignInRefused when the issuer does not give them: nothing has changed then.
        """
        for _ in range(_WAITS):
            if leased := await self._sessions.lease(self._session):
                break
            await asyncio.sleep(_WAIT)
        else:
            raise Away
        try:
            tokens = await self._client.renew(replace(leased, access={}, details=details), audience)
        except BaseException as error:
            await self._sessions.give_up_lease(self._session)
            if isinstance(error, IssuerAway):
                raise Away from error
            raise
        self._session = await self._sessions.renewed(self._session, tokens)

    async def _renewed(self, audience: str) -> Tokens:
        """A refresh token is good once: one request renews at a time, on whichever replica, and the others wait."""
        for _ in range(_WAITS):
            if leased := await self._sessions.lease(self._session):
                tokens = await self._renew(leased, audience)
                self._session = await self._sessions.renewed(self._session, tokens)
                return tokens
            await asyncio.sleep(_WAIT)
            if (tokens_now := await self._sessions.tokens(self._session)) is None:
                raise SignedOut
            if (token := tokens_now.access.get(audience)) and token.is_good:
                return tokens_now
        raise Away

    async def _renew(self, tokens: Tokens, audience: str) -> Tokens:
        if (token := tokens.access.get(audience)) and token.is_good:
            return tokens
        try:
            return await self._client.renew(tokens, audience)
        except SignInRefused as error:
            await self._sessions.give_up_lease(self._session)
            raise SignedOut from error
        except BaseException as error:
            await self._sessions.give_up_lease(self._session)
            if isinstance(error, IssuerAway):
                raise Away from error
            raise


@dataclass(frozen=True, slots=True)
class Api:
    """Every call raises Refused with the problem document, Away, or SignedOut. `caller` is None for what is public."""

    url: str
    audience: str
    http: httpx.AsyncClient
    language: str
    caller: Caller | None = None

    async def get(self, path: str, **query: Query) -> Any:
        """The body of the answer."""
        return (await self.ask("GET", path, query=query)).body

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **query: Query) -> Any:
        """`key` makes a repeated call safe (Idempotency-Key): one that is still under way is waited for."""
        return (await self.ask("POST", path, body=body, key=key, query=query)).body

    async def put(self, path: str, body: Any, *, etag: str | None = None) -> Any:
        return (await self.ask("PUT", path, body=body, etag=etag)).body

    async def delete(self, path: str, *, etag: str | None = None) -> None:
        await self.ask("DELETE", path, etag=etag)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        key: str | None = None,
        etag: str | None = None,
        query: Mapping[str, Query] | None = None,
    ) -> Answer:
        """For whoever needs the answer's headers too."""
        for tried in range(_TRIES):
            answer = await self._send(method, path, body, key, etag, query or {})
            if answer.is_success:
                return _read(answer)
            problem = Problem.of(answer)
            if problem.code != _IN_PROGRESS:
                break
            await asyncio.sleep(0.2 * 2**tried)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self.caller:
            raise SignedOut
        if answer.status_code in _AWAY:
            raise Away(problem)
        raise Refused(problem)

    async def _send(
        self, method: str, path: str, body: Any, key: str | None, etag: str | None, query: Mapping[str, Query]
    ) -> httpx.Response:
        url = self.url + path
        headers = {**outgoing_headers(), "Accept-Language": self.language}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": etag} if etag else {}
        if self.caller:
            headers |= await self.caller.authorization(self.audience, method, url)
        try:
            return await self.http.request(method, url, json=body, params=_given(query), headers=headers)
        except httpx.HTTPError as error:
            raise Away from error

    @asynccontextmanager
    async def stream(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """An answer that goes on, server-sent events say. Raises as the others do."""
        url = self.url + path
        own = {**outgoing_headers(), "Accept-Language": self.language, **headers}
        if self.caller:
            own |= await self.caller.authorization(self.audience, "GET", url)
        timeout = httpx.Timeout(10.0, read=None)
        try:
            async with self.http.stream("GET", url, headers=own, timeout=timeout) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise Refused(Problem.of(answer))
                yield answer
        except httpx.HTTPError as error:
            raise Away from error


def _given(query: Mapping[str, Query]) -> httpx.QueryParams:
    found: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in query.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is not None and one != "":
                found.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return httpx.QueryParams(found)


def _read(answer: httpx.Response) -> Answer:
    is_json = "json" in answer.headers.get("Content-Type", "")
    body = answer.json() if is_json and answer.content else answer.text
    return Answer(answer.status_code, body, answer.headers.get("ETag"), answer.headers)
