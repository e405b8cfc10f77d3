"""What is taken from a token's claims, and nothing else: names as HelseID and Helsenorge write them.

A national identity number becomes a citizen reference here and is forgotten: what is kept of a token never holds it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal, cast

from shared.auth import signed
from shared.auth.errors import TokenInvalid
from shared.citizenref import CitizenReferences
from shared.errors import DomainError
from shared.nationalid import NationalId

PID: Final = "helseid://claims/identity/pid"
SECURITY_LEVEL: Final = "helseid://claims/identity/security_level"
HPR_NUMBER: Final = "helseid://claims/hpr/hpr_number"
ORGANISATION: Final = "helseid://claims/client/claims/orgnr_parent"
ORGANISATION_CHILD: Final = "helseid://claims/client/claims/orgnr_child"

Relation = Literal["parent", "power-of-attorney"]
RELATIONS: Final = ("parent", "power-of-attorney")

_HPR_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ORGANISATION: Final = re.compile(r"[0-9]{9}")
_THUMBPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}")

Identify = Callable[[str], NationalId]


@dataclass(frozen=True, slots=True)
class HelseIdToken:
    """`subject` is the citizen reference of the person logged in, None for a client on its own; `key` is `cnf.jkt`."""

    client_id: str
    scopes: frozenset[str]
    key: str
    subject: str | None
    security_level: str | None
    hpr_number: str | None
    name: str | None
    organisation: str | None
    organisation_child: str | None

    @property
    def bearer(self) -> tuple[str | None, ...]:
        """Everything that tells one caller from another: the client, the person, and whom they call for."""
        return ("helseid", self.client_id, self.subject, self.hpr_number, self.organisation, self.organisation_child)


@dataclass(frozen=True, slots=True)
class CitizenToken:
    """`reference` and `represents` are citizen references; the dates are those that the numbers tell. `expires_at`
    is in seconds since 1970.
    """

    reference: str
    birth_date: date = field(repr=False)
    security_level: str
    represents: str | None = None
    represents_birth_date: date | None = field(default=None, repr=False)
    relation: Relation | None = None
    client_id: str | None = None
    expires_at: float = 0.0

    @property
    def bearer(self) -> tuple[str | None, ...]:
        """Everything that tells one caller from another: the client, the person, and whom they act for as what."""
        return ("citizen", self.client_id, self.reference, self.represents, self.relation)


@dataclass(frozen=True, slots=True)
class Persons:
    """The numbers in a citizen's token, for asking a register or a service that does: for one request, never kept."""

    actor: NationalId
    represented: NationalId | None


class ClaimReader:
    """Turns claims into tokens of ours. Raises `TokenInvalid`."""

    def __init__(self, references: CitizenReferences, *, allow_synthetic: bool) -> None:
        self._references = references
        self._allow_synthetic = allow_synthetic

    def helseid(self, claims: Mapping[str, Any]) -> HelseIdToken:
        client_id = signed.text(claims.get("client_id"))
        if client_id is None:
            raise TokenInvalid("DPoP", "claims")
        pid = claims.get(PID)
        return HelseIdToken(
            client_id=client_id,
            scopes=_scopes(claims.get("scope")),
            key=_thumbprint(claims.get("cnf")),
            subject=None if pid is None else self._references.of(self._national_id(pid, "DPoP")),
            security_level=signed.text(claims.get(SECURITY_LEVEL), 10),
            hpr_number=_matching(_HPR_NUMBER, claims.get(HPR_NUMBER)),
            name=signed.text(claims.get("name")),
            organisation=_matching(_ORGANISATION, claims.get(ORGANISATION)),
            organisation_child=_matching(_ORGANISATION, claims.get(ORGANISATION_CHILD)),
        )

    def citizen(self, claims: Mapping[str, Any]) -> CitizenToken:
        if "cnf" in claims:
            # taking a bound token as Bearer would undo the binding (RFC 9449, section 7.2)
            raise TokenInvalid("Bearer", "bound")
        person = self._national_id(claims.get("pid"), "Bearer")
        reference = self._references.of(person)
        level = signed.text(claims.get("security_level"), 10) or ""
        own = CitizenToken(
            reference,
            person.birth_date,
            level,
            client_id=signed.text(claims.get("client_id")),
            expires_at=signed.seconds(claims.get("exp")) or 0.0,
        )
        return own if claims.get("represents") is None else self._representing(claims, own)

    def persons(self, claims: Mapping[str, Any]) -> Persons:
        represented = claims.get("represents")
        return Persons(
            self._national_id(claims.get("pid"), "Bearer"),
            None if represented is None else self._national_id(represented, "Bearer"),
        )

    def _representing(self, claims: Mapping[str, Any], actor: CitizenToken) -> CitizenToken:
        represented = self._national_id(claims["represents"], "Bearer")
        reference, relation = self._references.of(represented), claims.get("relation")
        if relation not in RELATIONS or reference == actor.reference:
            raise TokenInvalid("Bearer", "representation")
        return replace(
            actor,
            represents=reference,
            represents_birth_date=represented.birth_date,
            relation=cast(Relation, relation),
        )

    def _national_id(self, value: Any, scheme: Literal["DPoP", "Bearer"]) -> NationalId:
        if not isinstance(value, str):
            raise TokenInvalid(scheme, "claims")
        try:
            return NationalId.parse(value, allow_synthetic=self._allow_synthetic)
        except DomainError:
            raise TokenInvalid(scheme, "national-id") from None


def _scopes(value: Any) -> frozenset[str]:
    """HelseID writes an array, RFC 9068 a text with spaces."""
    if isinstance(value, str):
        return frozenset(value.split(" "))
    if isinstance(value, list) and all(isinstance(scope, str) for scope in value):
        return frozenset(value)
    if value is None:
        return frozenset()
    raise TokenInvalid("DPoP", "claims")


def _thumbprint(confirmation: Any) -> str:
    found = _matching(_THUMBPRINT, confirmation.get("jkt")) if isinstance(confirmation, dict) else None
    if found is None:
        raise TokenInvalid("DPoP", "binding")
    return found


def _matching(pattern: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
