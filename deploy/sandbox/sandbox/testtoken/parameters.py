"""What `POST /test-token` is asked for: the names of NHN's test token service, and a few of our own.

Names are understood in any spelling (`hprNumber`, `hpr_number`, `HprNumber`); an empty string is the same as nothing,
because the service's own client sends one for everything it was not told.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict

from sandbox.testtoken.invalid_proof import InvalidProof, by_number

_UNSET_NUMBER = -(2**31)  # what that client sends for a number it was not told


def _as_list(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _number_if_set(value: Any) -> Any:
    return None if value == _UNSET_NUMBER else value


ProofFault = Annotated[InvalidProof, BeforeValidator(by_number)]
Scopes = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
TEN_YEARS = 10 * 366 * 24 * 3600
Seconds = Annotated[Annotated[int, Field(ge=-TEN_YEARS, le=TEN_YEARS)] | None, BeforeValidator(_number_if_set)]
Days = Annotated[Annotated[int, Field(ge=-3660, le=3660)] | None, BeforeValidator(_number_if_set)]
Thumbprint = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


class Parameters(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    # other names for a field: plain name to field name
    synonyms: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _understand_names(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        names = {_plain(name): name for name in cls.model_fields} | cls.synonyms
        return {names.get(_plain(str(name)), name): value for name, value in given.items() if value != ""}


class ClientClaims(Parameters):
    scope: Scopes = ()
    client_id: str | None = None
    client_name: str | None = None
    orgnr_parent: str | None = None
    orgnr_child: str | None = None
    orgnr_supplier: str | None = None
    client_tenancy: str | bool | None = None
    sfm_journal_id: str | None = None
    authentication_methods_references: tuple[str, ...] = ()
    client_authentication_methods_references: str | None = None
    jti: str | None = None
    cnf_jkt: Thumbprint | None = None
    cnf_public_key: str | dict[str, Any] | None = None


class UserClaims(Parameters):
    """`represents` (a national identity number) and `relation` are for citizens' tokens only."""

    pid: str | None = None
    hpr_number: str | None = None
    name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    security_level: str | None = None
    assurance_level: str | None = None
    network: str | None = None
    identity_provider: str | None = None
    amr: str | None = None
    subject: str | None = None
    sid: str | None = None
    represents: str | None = None
    relation: Literal["parent", "power-of-attorney"] | None = None


class Expiration(Parameters):
    set_expiration_time_as_expired: bool = False
    expiration_time_in_seconds: Seconds = None
    expiration_time_in_days: Days = None


class HeaderValues(Parameters):
    typ: Annotated[str, Field(max_length=40)] | None = None


class ProofParameters(Parameters):
    synonyms: ClassVar[dict[str, str]] = {"htu": "htu_claim_value", "htm": "htm_claim_value"}

    htu_claim_value: str | None = None
    htm_claim_value: str | None = None
    private_key_for_proof_creation: str | dict[str, Any] | None = None
    invalid_dpop_proof_parameters: ProofFault = Field(InvalidProof.NONE, alias="invalidDPoPProofParameters")


class OwnClaim(Parameters):
    type: Annotated[str, Field(min_length=1, max_length=200)]
    value: Any


_EXAMPLES: tuple[JsonDict, ...] = (
    {
        "scope": "nhn:verktoyformidler/prescribe",
        "userClaimsParameters": {"hprNumber": "990000101"},
        "createDPoPTokenWithDPoPProof": True,
        "htu": "http://127.0.0.1:8102/v1/prescriptions",
        "htm": "POST",
    },
    {"kind": "citizen", "userClaimsParameters": {"pid": "17858401267"}},
)


class WantedToken(Parameters):
    """The whole body. `kind` is ours: `citizen` gives a Bearer token of the citizens' issuer."""

    model_config = ConfigDict(json_schema_extra={"examples": [*_EXAMPLES]})

    synonyms: ClassVar[dict[str, str]] = {
        "generalclaimsparameters": "client_claims_parameters",
        "htuclaimvalue": "htu",
        "htmclaimvalue": "htm",
        "invaliddpopproof": "invalid_dpop_proof_parameters",
    }

    kind: Literal["helseid", "citizen"] = "helseid"
    audience: str | None = None
    scope: Scopes = ()
    scope_as_string: bool = False
    client_claims_parameters: ClientClaims = ClientClaims()
    user_claims_parameters: UserClaims = UserClaims()
    expiration_parameters: Expiration = Expiration()
    header_parameters: HeaderValues = HeaderValues()
    api_specific_claims: tuple[OwnClaim, ...] = ()

    without_default_general_claims: bool = False
    without_default_user_claims: bool = False
    get_person_from_persontjenesten: bool = Field(False, description="Names of known people are filled in anyway")
    only_set_name_for_person: bool = Field(False, description="Only the claim `name` is ever filled in")
    get_hpr_number_from_hprregisteret: bool = False

    sign_jwt_with_invalid_signing_key: bool = False
    set_invalid_issuer: bool = False
    set_invalid_audience: bool = False

    jkt: Thumbprint | None = Field(None, description="Binds the token to a key of your own (RFC 7638 thumbprint)")
    create_dpop_token_with_dpop_proof: bool = Field(False, alias="createDPoPTokenWithDPoPProof")
    dpop_proof_parameters: ProofParameters = Field(ProofParameters(), alias="dPoPProofParameters")
    htu: str | None = None
    htm: str | None = None
    invalid_dpop_proof_parameters: ProofFault = Field(InvalidProof.NONE, alias="invalidDPoPProofParameters")

    @property
    def scopes(self) -> list[str]:
        return list(dict.fromkeys((*self.scope, *self.client_claims_parameters.scope)))

    @property
    def proof_fault(self) -> InvalidProof:
        nested = self.dpop_proof_parameters.invalid_dpop_proof_parameters
        return nested if nested is not InvalidProof.NONE else self.invalid_dpop_proof_parameters

    @property
    def proof_htu(self) -> str | None:
        return self.dpop_proof_parameters.htu_claim_value or self.htu

    @property
    def proof_htm(self) -> str | None:
        return self.dpop_proof_parameters.htm_claim_value or self.htm
