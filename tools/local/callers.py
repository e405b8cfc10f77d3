"""Everybody who calls the services: one of each kind, and another where things belong to somebody.

What tries who may do what calls as these, with tokens of the sandbox's issuer and a fresh proof for each call.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import httpx

from devkit.testing.proofs import ProofKey
from devkit.testing.tokens import DPoPAuth
from sandbox.issuer import scopes

CITIZEN: Final = "17858401267"
OTHER_CITIZEN: Final = "21908124321"
REPRESENTATIVE: Final = "16677428892"  # holds a power of attorney from the citizen
REVOKED_REPRESENTATIVE: Final = "26897813601"  # held one, which the citizen has taken back
PARENT: Final = "22888336005"
CHILD: Final = "02911153192"
RENEWED_AFTER: Final = 240.0  # seconds; tokens live for ten minutes


@dataclass(frozen=True, slots=True)
class Kind:
    """`wanted` is of the token, as POST /test-token names it; without any there is no token."""

    name: str
    scopes: tuple[str, ...] = ()
    wanted: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_citizen(self) -> bool:
        return self.wanted.get("kind") == "citizen"


_PRACTITIONER = (scopes.PRESCRIBE, scopes.READ_PRESCRIPTIONS, scopes.EDIT_OFFERING, scopes.READ_CATALOG)
_SUPPLIER = (scopes.SUPPLY_TOOLS, scopes.ASK_FOR_PRESCRIBERS, scopes.REDEEM_LAUNCHES)
_OWN_SERVICE = (
    scopes.COPY_CATALOG,
    scopes.VERIFY_REPRESENTATION,
    scopes.CHECK_RESERVATIONS,
    scopes.SHOW_CITIZENS,
)


def _practitioner(name: str, hpr_number: str) -> Kind:
    return Kind(name, _PRACTITIONER, {"userClaimsParameters": {"hprNumber": hpr_number}})


def _machine(name: str, client_id: str, *granted: str, organisation: str | None = None) -> Kind:
    client = {"clientId": client_id} | ({"orgnrParent": organisation} if organisation else {})
    return Kind(name, granted, {"clientClaimsParameters": client})


def _person(name: str, national_id: str, *granted: str) -> Kind:
    return Kind(name, granted, {"userClaimsParameters": {"pid": national_id}})


def citizen(name: str, national_id: str, represents: str | None = None) -> Kind:
    person = {"pid": national_id} | ({"represents": represents} if represents else {})
    return Kind(name, wanted={"kind": "citizen", "userClaimsParameters": person})


NOBODY: Final = Kind("none")
COLLEAGUE: Final = _person("colleague", "02898601393", scopes.ADMINISTER_CATALOG)  # verifies what `staff` publishes
KINDS: Final = {
    kind.name: kind
    for kind in (
        NOBODY,
        _practitioner("practitioner", "990000101"),
        _practitioner("other-practitioner", "990000104"),
        _machine("supplier", "supplier-299900940", *_SUPPLIER),
        _machine("other-supplier", "supplier-299901017", *_SUPPLIER),
        _machine("health-body", "health-body-299901505", scopes.ASSURE_TOOLS),
        _machine("other-health-body", "health-body-299901572", scopes.ASSURE_TOOLS),
        _machine("sender", "sender-299901505", scopes.SEND_CAMPAIGNS),
        _machine("other-sender", "sender-299901572", scopes.SEND_CAMPAIGNS, organisation="299901572"),
        _machine("ehr", "ehr", scopes.CHECK_ACTIVE),
        _machine("other-ehr", "ehr-nonce", scopes.CHECK_ACTIVE),
        _machine("own-service", "prescription-api", *_OWN_SERVICE),
        _person("staff", "14837901236", scopes.ADMINISTER_CATALOG, scopes.APPROVE_CAMPAIGNS, scopes.SEND_CAMPAIGNS),
        _person("operator", "02898601393", scopes.OPERATE),
        citizen("citizen", CITIZEN),
        citizen("other-citizen", OTHER_CITIZEN),
        citizen("representative", REPRESENTATIVE, CITIZEN),
        citizen("revoked-representative", REVOKED_REPRESENTATIVE, CITIZEN),
        citizen("parent", PARENT, CHILD),
    )
}


class Callers:
    """Authorization for calls, by kind. Tokens are kept and renewed; thread-safe, because a renewal more is no harm."""

    def __init__(self, http: httpx.Client, sandbox_url: str) -> None:
        self._http = http
        self._sandbox_url = sandbox_url
        self._key = ProofKey()
        self._kept: dict[tuple[str, str, tuple[str, ...]], tuple[float, str]] = {}

    def headers(
        self, kind: Kind, audience: str, method: str, url: str, *, granted: tuple[str, ...] | None = None
    ) -> dict[str, str]:
        """`granted` instead of the scopes that the kind has. A proof is for one call."""
        if not kind.wanted:
            return {}
        token = self._token(kind, audience, kind.scopes if granted is None else granted)
        if kind.is_citizen:
            return {"Authorization": f"Bearer {token}"}
        return DPoPAuth(token, self._key).headers(method, url)

    def _token(self, kind: Kind, audience: str, granted: tuple[str, ...]) -> str:
        name, now = (kind.name, audience, granted), time.monotonic()
        issued_at, token = self._kept.get(name, (-RENEWED_AFTER, ""))
        if now - issued_at >= RENEWED_AFTER:
            token = self._fetch(kind, audience, granted)
            self._kept[name] = (now, token)
        return token

    def _fetch(self, kind: Kind, audience: str, granted: tuple[str, ...]) -> str:
        bound = {} if kind.is_citizen else {"scope": list(granted), "jkt": self._key.thumbprint}
        body = {"audience": audience, **bound, **kind.wanted}
        answer = self._http.post(f"{self._sandbox_url}/test-token", json=body).raise_for_status()
        return str(answer.json()["access_token"])
