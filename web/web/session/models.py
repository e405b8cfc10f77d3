"""What a session holds."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Final

_LEEWAY: Final = 20.0  # seconds before its end, a token is not sent any more


@dataclass(frozen=True, slots=True)
class Represented:
    """Whom somebody acts for. `relation` is `parent` or `power-of-attorney`."""

    subject: str
    name: str
    relation: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in. `subject` is the issuer's own name for them; `name` is for showing. `acting_for` is None for
    somebody who acts for themselves.
    """

    subject: str
    name: str
    acting_for: Represented | None = None

    @property
    def role(self) -> str:
        """Another one for each whom they act for: what is typed for one is not given back for another."""
        return f"{self.subject} {self.acting_for.subject}" if self.acting_for else self.subject


@dataclass(frozen=True, slots=True)
class Token:
    """An access token of one audience. `kind` is `DPoP` or `Bearer`; `ends_at` is in Unix seconds."""

    value: str = field(repr=False)
    kind: str
    ends_at: float

    @property
    def is_good(self) -> bool:
        return time.time() < self.ends_at - _LEEWAY


@dataclass(frozen=True, slots=True)
class Tokens:
    """`proof_key` is the private JWK that the tokens are bound to, the same for as long as the session lasts.
    `details` is what they are asked for with (`authorization_details`, RFC 9396): for which organisation, say.
    """

    proof_key: dict[str, str] = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    access: dict[str, Token] = field(default_factory=dict)
    details: str | None = None

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Tokens":
        access = {audience: Token(**token) for audience, token in document["access"].items()}
        return cls(document["proof_key"], document["refresh"], access, document["details"])


@dataclass(frozen=True, slots=True)
class Session:
    """One that is good now. `contents` are the front end's own, as they were when the request began; they are changed
    by `Sessions.change`. `form_secret` is what its forms prove themselves by, `sign_out_hint` its ID token.
    """

    id_digest: bytes = field(repr=False)
    person: Person
    tokens: Tokens
    form_secret: bytes = field(repr=False)
    sign_out_hint: str | None = field(default=None, repr=False)
    contents: dict[str, Any] = field(default_factory=dict, repr=False)
