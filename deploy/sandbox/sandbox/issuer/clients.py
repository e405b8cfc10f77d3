"""The systems that may fetch tokens, each with a key pair of its own."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.issuer import scopes
from sandbox.keys import KeptKey, KeyStore, imported
from sandbox.population.models import OrganisationRecord
from sandbox.population.population import Population

Kind = Literal["ehr", "supplier", "health-body", "sender", "staff-tool", "own-service", "browser"]

_EHRS = (
    # client id, name, algorithm, requires a nonce
    ("ehr", "Journalsystemet Fjellbekk", "ES256", False),
    ("ehr-nonce", "Journalsystemet Lyngmo", "RS256", True),
)
_PRACTITIONER_SCOPES = (scopes.PRESCRIBE, scopes.READ_PRESCRIPTIONS, scopes.READ_CATALOG, scopes.EDIT_OFFERING)
_STAFF_SCOPES = (scopes.ADMINISTER_CATALOG, scopes.APPROVE_CAMPAIGNS, scopes.OPERATE)


class PublicKey:
    """Of a client that keeps its private key to itself."""

    def __init__(self, jwk: dict[str, Any]) -> None:
        """Raises ValueError unless it is a whole public one of kty RSA or EC."""
        key = imported(jwk)
        if key.is_private:
            raise ValueError("a private key; send the public one")
        self.public_jwk = {name: str(value) for name, value in key.as_dict(private=False).items()}
        self.algorithm = "ES256" if key.key_type == "EC" else "RS256"
        self.thumbprint = key.thumbprint()

    @property
    def public_document(self) -> dict[str, str]:
        return {**self.public_jwk, "kid": self.thumbprint, "alg": self.algorithm, "use": "sig"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """`scopes` are granted to the client alone; `user_scopes` only with a person logged in: in a browser at the issuer
    named `logs_in_at`, or by /test-token. Of an address on the machine itself, the port is the client's to choose.
    """

    client_id: str
    name: str
    kind: Kind
    key: KeptKey | PublicKey = field(repr=False)
    scopes: tuple[str, ...] = ()
    user_scopes: tuple[str, ...] = ()
    organisation: OrganisationRecord | None = None
    requires_nonce: bool = False
    logs_in_at: Literal["helseid", "citizen"] | None = None
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()

    @property
    def orgnr_parent(self) -> str | None:
        return self.organisation.orgnr_parent if self.organisation else None

    @property
    def orgnr_child(self) -> str | None:
        return self.organisation.orgnr_child if self.organisation else None

    def document(self) -> dict[str, Any]:
        return {
            "clientId": self.client_id,
            "name": self.name,
            "kind": self.kind,
            "scopes": list(self.scopes),
            "userScopes": list(self.user_scopes),
            "audiences": sorted(scopes.audiences_of([*self.scopes, *self.user_scopes])),
            "orgnrParent": self.orgnr_parent,
            "orgnrChild": self.orgnr_child,
            "algorithm": self.key.algorithm,
            "requiresNonce": self.requires_nonce,
            "redirectUris": list(self.redirect_uris),
            "logoutUris": list(self.logout_uris),
            "publicKey": self.key.public_document,
        }


def clients_of(population: Population, keys: KeyStore) -> dict[str, Client]:
    clients = [
        *_ehrs(population, keys),
        *_partners(population, keys),
        *_staff(population, keys),
        *_own_services(keys),
        *_browsers(population, keys),
    ]
    return {client.client_id: client for client in clients}


def _ehrs(population: Population, keys: KeyStore) -> list[Client]:
    """Two record systems: the second signs with RSA and is always asked for a nonce, as HelseID does."""
    offices = population.organisations_of("gp-office")
    return [
        Client(
            client_id=client_id,
            name=name,
            kind="ehr",
            key=keys.get(client_id, algorithm),
            scopes=(scopes.CHECK_ACTIVE,),
            user_scopes=_PRACTITIONER_SCOPES,
            organisation=offices[place] if place < len(offices) else None,
            requires_nonce=requires_nonce,
        )
        for place, (client_id, name, algorithm, requires_nonce) in enumerate(_EHRS)
    ]


def _partners(population: Population, keys: KeyStore) -> list[Client]:
    """One client for each tool supplier and each public health body; the first body also sends to participants."""
    suppliers = population.organisations_of("supplier")
    senders = population.organisations_of("health-body")[:1]
    supplying = (scopes.SUPPLY_TOOLS, scopes.ASK_FOR_PRESCRIBERS, scopes.REDEEM_LAUNCHES)
    return [
        *(_partner("supplier", it, keys, supplying) for it in suppliers),
        *(_partner("health-body", it, keys, (scopes.ASSURE_TOOLS,)) for it in population.health_bodies()),
        *(_partner("sender", it, keys, (scopes.SEND_CAMPAIGNS,)) for it in senders),
    ]


def _partner(kind: Kind, organisation: OrganisationRecord, keys: KeyStore, granted: tuple[str, ...]) -> Client:
    client_id = f"{kind}-{organisation.organisation_number}"
    return Client(
        client_id=client_id,
        name=organisation.name,
        kind=kind,
        key=keys.get(client_id, "ES256"),
        scopes=granted,
        organisation=organisation,
    )


def _staff(population: Population, keys: KeyStore) -> list[Client]:
    platform = next(iter(population.organisations_of("platform")), None)
    return [
        Client(
            client_id="staff-tool",
            name="Forvalterens arbeidsflate",
            kind="staff-tool",
            key=keys.get("staff-tool", "ES256"),
            user_scopes=_STAFF_SCOPES,
            organisation=platform,
        )
    ]


def _own_services(keys: KeyStore) -> list[Client]:
    """Our own services when they ask each other; they read their keys from `<state>/clients/<clientId>.jwk.json`."""
    return [
        Client(
            client_id=name,
            name=name,
            kind="own-service",
            key=keys.get(name, "ES256"),
            scopes=(
                scopes.CHECK_ACTIVE,
                scopes.COPY_CATALOG,
                scopes.VERIFY_REPRESENTATION,
                scopes.CHECK_RESERVATIONS,
                *((scopes.SHOW_CITIZENS,) if name == "helsetilbud-api" else ()),
            ),
        )
        for name in ("prescription-api", "notification-service", "helsetilbud-api")
    ]


# where the browser comes back to: of the pages that run on this machine, at whatever port
_REDIRECTS = tuple(f"http://{host}/tilbake" for host in ("127.0.0.1", "localhost"))
_LOGGED_OUT = tuple(f"http://{host}/" for host in ("127.0.0.1", "localhost"))


def _browsers(population: Population, keys: KeyStore) -> list[Client]:
    """The pages: for practitioners, GP offices and staff at HelseID, for citizens at the citizens' issuer."""
    platform = next(iter(population.organisations_of("platform")), None)
    wanted: tuple[tuple[str, str, Literal["helseid", "citizen"], tuple[str, ...]], ...] = (
        ("web-practitioner", "Verktøyformidleren", "helseid", _PRACTITIONER_SCOPES),
        ("web-office", "Helsetilbud", "helseid", (scopes.EDIT_OFFERING, scopes.READ_CATALOG)),
        ("web-staff", "Forvaltningen", "helseid", (*_STAFF_SCOPES, scopes.READ_CATALOG, scopes.SEND_CAMPAIGNS)),
        ("web-citizen", "Helseverktøy", "citizen", ()),
    )
    return [
        Client(
            client_id=client_id,
            name=name,
            kind="browser",
            key=keys.get(client_id, "ES256"),
            user_scopes=user_scopes,
            organisation=platform,
            requires_nonce=issuer == "helseid",
            logs_in_at=issuer,
            redirect_uris=_REDIRECTS,
            logout_uris=_LOGGED_OUT,
        )
        for client_id, name, issuer, user_scopes in wanted
    ]
