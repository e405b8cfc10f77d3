"""The shape of a tool's document as it is written (K1): every field may still be missing, and none may be wrong.

What must be there, and what one field demands of another, is in `tool_rules`.
"""

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from catalog_api.codes import ChoiceOf
from catalog_api.free_text import without_national_id
from shared.links import safe_links
from shared.plain_text import one_line, plain_lines
from shared.schemas import RequestSchema

OrganisationNumber: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{9}$", examples=["299900940"])]
Address: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]

_ROWS: Final = 50
_READ_ONLY: Final[dict[str, Any]] = {"readOnly": True}
# in a draft an empty text is the same as none
_NAME: Final = (
    StringConstraints(strip_whitespace=True, max_length=100),
    AfterValidator(one_line),
    AfterValidator(without_national_id),
    AfterValidator(safe_links),
)
_SHORT: Final = (
    StringConstraints(strip_whitespace=True, max_length=250),
    AfterValidator(one_line),
    AfterValidator(without_national_id),
    AfterValidator(safe_links),
)
_LONG: Final = (
    StringConstraints(strip_whitespace=True, max_length=5000),
    AfterValidator(plain_lines),
    AfterValidator(without_national_id),
    AfterValidator(safe_links),
)

Name: TypeAlias = Annotated[str, *_NAME]
ShortText: TypeAlias = Annotated[str, *_SHORT]
LongText: TypeAlias = Annotated[str, *_LONG]
Keyword: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(one_line),
    AfterValidator(without_national_id),
]


class SupplierDraft(RequestSchema):
    """`organisationNumber` is that of the token, whatever is sent. Without a name, the one in the catalogue is used."""

    organisation_number: Annotated[str | None, Field(json_schema_extra=_READ_ONLY)] = None
    name: Name | None = None


class HealthBodyDraft(RequestSchema):
    """The public health body that assures the tool's quality."""

    organisation_number: OrganisationNumber | None = None
    name: Name | None = None


class TextsDraft(RequestSchema):
    name: Name | None = None
    short_text: ShortText | None = None
    long_text: LongText | None = None
    practitioner_text: LongText | None = None


class TextsByLanguage(RequestSchema):
    """Bokmål is what readers of other languages get where theirs is missing."""

    nb: TextsDraft | None = None
    nn: TextsDraft | None = None
    en: TextsDraft | None = None
    se: TextsDraft | None = None


class AppLinksDraft(RequestSchema):
    ios: Address | None = None
    android: Address | None = None


class IntegrationDraft(RequestSchema):
    """`open-link`, `form` and `integrated` need `address`; `signed-in-web` needs `launchAddress` too, and that
    `loginRequired` is true; `app` needs at least one of `appLinks`. All of them are https addresses.
    """

    method: Annotated[str, ChoiceOf("integration-methods")] | None = None
    address: Address | None = None
    launch_address: Address | None = None
    app_links: AppLinksDraft | None = None


class DataUseDraft(RequestSchema):
    """`privacyStatement` (https) is needed when anything is stored outside the citizen's device."""

    category: Annotated[str, ChoiceOf("data-uses")] | None = None
    privacy_statement: Address | None = None


EXAMPLE: Final[dict[str, Any]] = {
    "supplier": {"name": "Tussmørke Helseteknologi AS"},
    "healthBody": {"organisationNumber": "299901505", "name": "Direktoratet for helsemestring"},
    "texts": {
        "nb": {
            "name": "Kveldsro",
            "shortText": "Øvelser som hjelper deg å legge dagen fra deg.",
            "longText": "Du får korte øvelser i pust og avspenning, og en søvndagbok. Bruk dem når det passer deg.",
            "practitionerText": "Egner seg ved lettere søvnvansker hos voksne. Krever ingen oppfølging.",
        }
    },
    "purpose": "learning",
    "kind": "standalone",
    "subjectAreas": ["sleep"],
    "targetGroups": ["adults"],
    "languages": ["nb"],
    "keywords": ["søvn", "avspenning"],
    "integration": {
        "method": "signed-in-web",
        "address": "https://kveldsro.example",
        "launchAddress": "https://kveldsro.example/start",
    },
    "loginRequired": True,
    "national": True,
    "prescriptionRequired": False,
    "prescribable": True,
    "minimumAge": 18,
    "representativeMayUse": False,
    "defaultDeadlineDays": 30,
    "dataUse": {"category": "stored-by-supplier", "privacyStatement": "https://kveldsro.example/personvern"},
}


class ToolDraft(RequestSchema):
    """A tool's document (K1). What is null is missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    tool_id: Annotated[UUID | None, Field(json_schema_extra=_READ_ONLY)] = None
    revision: Annotated[int | None, Field(ge=1, le=2**31 - 1, json_schema_extra=_READ_ONLY)] = None
    supplier: SupplierDraft | None = None
    health_body: HealthBodyDraft | None = None
    texts: TextsByLanguage | None = None
    purpose: Annotated[str, ChoiceOf("purposes")] | None = None
    kind: Annotated[str, ChoiceOf("kinds")] | None = None
    subject_areas: Annotated[list[Annotated[str, ChoiceOf("subject-areas")]], Field(max_length=_ROWS)] | None = None
    target_groups: Annotated[list[Annotated[str, ChoiceOf("target-groups")]], Field(max_length=_ROWS)] | None = None
    languages: Annotated[list[Annotated[str, ChoiceOf("languages")]], Field(max_length=_ROWS)] | None = None
    keywords: Annotated[list[Keyword], Field(max_length=_ROWS)] | None = None
    integration: IntegrationDraft | None = None
    login_required: bool | None = None
    national: bool | None = None
    organisations: Annotated[list[OrganisationNumber], Field(max_length=1000)] | None = None
    prescription_required: bool | None = None
    prescribable: bool | None = None
    required_authorisations: (
        Annotated[list[Annotated[str, ChoiceOf("authorisations")]], Field(max_length=_ROWS)] | None
    ) = None
    prescriber_organisations: Annotated[list[OrganisationNumber], Field(max_length=1000)] | None = None
    minimum_age: Annotated[int, Field(ge=0, le=120)] | None = None
    representative_may_use: bool | None = None
    default_deadline_days: Annotated[int, Field(ge=1, le=365)] | None = None
    data_use: DataUseDraft | None = None

    def sent(self) -> dict[str, Any]:
        """What the caller wrote of what is theirs to write, with its nulls."""
        sent = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"tool_id", "revision"})
        (sent.get("supplier") or {}).pop("organisationNumber", None)
        return sent
