"""A login on its way, and one that stands."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["helseid", "citizen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """Checked. `only_subject` is the one who may answer it, where the client knows already who it is."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    resources: tuple[str, ...]
    challenge: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    prompt: str = ""
    organisation: str | None = None
    only_subject: str | None = None


@dataclass(slots=True, kw_only=True)
class Session:
    """One login. `pid` and `represents` are national identity numbers, held in memory only, as the population is."""

    sid: str
    issuer: Kind
    request: AuthorizationRequest
    pid: str = field(repr=False)
    represents: str | None = field(default=None, repr=False)
    organisation: str | None = None
    began: float
    current: str = ""
    """Digest of the refresh token that is good now."""
    spent: set[str] = field(default_factory=set)
    """Those before it, which are a sign of theft when they come again."""
