"""What is under way and who is logged in: in memory, for minutes or a working day. A restart ends every login."""

import hashlib
import secrets
from typing import Final, TypeVar

from sandbox.browser_login.models import AuthorizationRequest, Kind, Session

Kept = TypeVar("Kept")

PUSHED_FOR: Final = 600  # seconds: HelseID gives 60, and people who try things out read the page first
CODE_FOR: Final = 60
SESSION_FOR: Final = 12 * 3600
_MOST: Final = 10_000  # of each kind; the oldest goes


class Logins:
    def __init__(self) -> None:
        self._pushed: dict[str, tuple[float, Kind, AuthorizationRequest]] = {}
        self._codes: dict[str, tuple[float, Session]] = {}
        self._spent: dict[str, str] = {}
        self._sessions: dict[str, Session] = {}
        self._access: dict[str, tuple[float, str]] = {}

    def push(self, issuer: Kind, request: AuthorizationRequest, now: float) -> str:
        """The request_uri."""
        name = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(24)}"
        _put(self._pushed, name, (now + PUSHED_FOR, issuer, request))
        return name

    def pushed(self, issuer: Kind, name: str, now: float) -> AuthorizationRequest | None:
        """As long as nobody has answered it: the page may be loaded again."""
        until, kind, request = self._pushed.get(name, (0.0, issuer, None))
        return request if until > now and kind == issuer else None

    def answered(self, name: str) -> None:
        self._pushed.pop(name, None)

    def begin(self, session: Session, now: float) -> str:
        """The code that the login is exchanged by."""
        code = secrets.token_urlsafe(32)
        _put(self._sessions, session.sid, session)
        _put(self._codes, digest(code), (now + CODE_FOR, session))
        return code

    def take(self, code: str, now: float) -> Session | None:
        """Once: a code that comes again ends the login (RFC 6749, 4.1.2)."""
        name = digest(code)
        until, session = self._codes.pop(name, (0.0, None))
        if session is None:
            self.end(self._spent.get(name, ""))
            return None
        _put(self._spent, name, session.sid)
        return session if until > now else None

    def refresh_token(self, session: Session) -> str:
        """A new one, the only one that is good from now on."""
        token = f"{session.sid}.{secrets.token_urlsafe(32)}"
        session.spent.add(session.current)
        session.current = digest(token)
        return token

    def refreshed(self, token: str, now: float) -> Session | None:
        """The login whose refresh token it is. An old one ends it; one that was never given does nothing."""
        session = self._sessions.get(token.partition(".")[0])
        if session is None or session.began + SESSION_FOR <= now:
            return None
        if secrets.compare_digest(session.current, digest(token)):
            return session
        if digest(token) in session.spent:
            self.end(session.sid)
        return None

    def remember_access(self, token: str, session: Session, until: float) -> None:
        _put(self._access, digest(token), (until, session.sid))

    def by_access_token(self, token: str, now: float) -> Session | None:
        until, sid = self._access.get(digest(token), (0.0, ""))
        return self._sessions.get(sid) if until > now else None

    def find(self, sid: str) -> Session | None:
        return self._sessions.get(sid)

    def end(self, sid: str) -> None:
        self._sessions.pop(sid, None)

    def forget(self) -> None:
        for kept in (self._pushed, self._codes, self._spent, self._sessions, self._access):
            kept.clear()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _put(kept: dict[str, Kept], name: str, value: Kept) -> None:
    kept[name] = value
    while len(kept) > _MOST:
        del kept[next(iter(kept))]
