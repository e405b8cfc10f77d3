"""House rule: every text that a person writes is held to the one rule for such texts (0047), or says here why not."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, get_args, get_origin

import pytest
from pydantic import AfterValidator, Field

from catalog_api.codes import CodeOf
from shared.plain_text import one_line, plain_lines
from shared.schemas import RequestSchema

_PACKAGES: Final = (
    "catalog_api",
    "consent_api",
    "helsetilbud_api",
    "notification_service",
    "prescription_api",
    "shared",
)
_RULE: Final = {one_line, plain_lines}

_NUMBER: Final = "digits of one person, read by shared.nationalid and not kept"
_ADDRESS: Final = "an address, read by shared.links when it is submitted"
_CAMPAIGN: Final = "a draft may be wrong: campaigns/wording.py finds it, and nothing is sent that has not passed"
_OFFICE: Final = "offering/plain_text.py, whose problem document is its own"
_PRESCRIBER: Final = "prescription_api.models.check_text"
_CONTACT: Final = "read as a phone number or an e-mail address, and confirmed by a code"
_CODE: Final = "one of the forms of a list, or a code that was given by us: looked up, never kept or shown"

# A text whose model does not name the rule, and who sees to it
STATED: Final = {
    "catalog_api.tool_shape.AppLinksDraft.android": _ADDRESS,
    "catalog_api.tool_shape.AppLinksDraft.ios": _ADDRESS,
    "catalog_api.tool_shape.DataUseDraft.privacy_statement": _ADDRESS,
    "catalog_api.tool_shape.IntegrationDraft.address": _ADDRESS,
    "catalog_api.tool_shape.IntegrationDraft.launch_address": _ADDRESS,
    "catalog_api.tool_shape.SupplierDraft.organisation_number": "not read: the token's own is taken",
    "consent_api.active.schemas.DigitallyActiveQuestion.national_ids": _NUMBER,
    "consent_api.feed.schemas.InterestWanted.national_ids": _NUMBER,
    "consent_api.representation.schemas.HolderNamed.national_id": _NUMBER,
    "consent_api.representation.schemas.PersonNamed.national_id": _NUMBER,
    "consent_api.reservations.schemas.ReservationQuestion.national_ids": _NUMBER,
    "helsetilbud_api.citizen.launching.schemas.LaunchCode.code": _CODE,
    "helsetilbud_api.offering.contents.Appointment.name": _OFFICE,
    "helsetilbud_api.offering.contents.Block.reason": _OFFICE,
    "helsetilbud_api.offering.contents.InfoText.text": _OFFICE,
    "helsetilbud_api.offering.contents.TriageChoice.checkpoint": _CODE,
    "helsetilbud_api.offering.contents.TriageChoice.control_questions": _CODE,
    "helsetilbud_api.offering.schemas.BlockChange.reason": _OFFICE,
    "helsetilbud_api.offering.schemas.NewBlock.reason": _OFFICE,
    "helsetilbud_api.offering.schemas.NewEditor.name": _OFFICE,
    "helsetilbud_api.offering.schemas.Person.national_id": _NUMBER,
    "notification_service.campaigns.schemas.CampaignTexts.email": _CAMPAIGN,
    "notification_service.campaigns.schemas.CampaignTexts.sms": _CAMPAIGN,
    "notification_service.campaigns.schemas.CampaignTexts.subject": _CAMPAIGN,
    "notification_service.campaigns.trying_schemas.TestRecipient.email": _CONTACT,
    "notification_service.campaigns.trying_schemas.TestRecipient.phone": _CONTACT,
    "notification_service.notifying.schemas.Person.national_id": _NUMBER,
    "notification_service.preferences.schemas.NotificationSettingsChange.email": _CONTACT,
    "notification_service.preferences.schemas.NotificationSettingsChange.phone": _CONTACT,
    "notification_service.testers.schemas.TestContactWanted.email": _CONTACT,
    "notification_service.testers.schemas.TestContactWanted.phone": _CONTACT,
    "prescription_api.schemas.EndingWanted.reason": _PRESCRIBER,
    "prescription_api.schemas.LookUp.national_id": _NUMBER,
    "prescription_api.schemas.Patient.national_id": _NUMBER,
    "prescription_api.schemas.Prescribing.message": _PRESCRIBER,
    "prescription_api.schemas.Revocation.reason": _PRESCRIBER,
}


def _request_models() -> list[type[RequestSchema]]:
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not re.search(r"\.(?:migrations|testing|private_servers|__main__)\b", module.name):
                importlib.import_module(module.name)
    return sorted(
        (
            it
            for it in _below(RequestSchema)
            if it.__module__.split(".")[0] in _PACKAGES and ".tests." not in it.__module__
        ),
        key=lambda model: f"{model.__module__}.{model.__qualname__}",
    )


def _below(model: type[Any]) -> set[type[Any]]:
    return {found for below in model.__subclasses__() for found in (below, *_below(below))}


def _texts(annotation: Any, told: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """What is told about each `str` in a type."""
    if annotation is str:
        yield told
    elif get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        yield from _texts(inner, (*told, *metadata))
    else:
        for argument in get_args(annotation):
            if not isinstance(argument, str):  # the values of a Literal
                yield from _texts(argument, told)


def _is_free(told: tuple[Any, ...]) -> bool:
    """Neither held to the rule, nor one of a list of codes, nor of a pattern that says which signs there are."""
    every = [it for one in told for it in (one, *getattr(one, "metadata", ()))]
    ruled = any(isinstance(one, AfterValidator) and one.func in _RULE for one in every)
    return not ruled and not any(isinstance(one, CodeOf) or _bounds(getattr(one, "pattern", None)) for one in every)


def _bounds(pattern: object) -> bool:
    return isinstance(pattern, str) and pattern.startswith("^") and pattern.endswith("$") and "\\S" not in pattern


def _free_texts(model: type[RequestSchema]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if any(_is_free(told) for told in _texts(field.annotation, tuple(field.metadata))):
            yield f"{model.__module__}.{model.__qualname__}.{name}"


@pytest.fixture(scope="module")
def free() -> set[str]:
    return {name for model in _request_models() for name in _free_texts(model)}


def test_every_text_that_a_person_writes_is_held_to_the_rule_or_says_who_sees_to_it(free: set[str]) -> None:
    assert sorted(free - STATED.keys()) == []


def test_no_exception_is_left_over(free: set[str]) -> None:
    assert sorted(STATED.keys() - free) == []


def test_a_text_without_the_rule_is_found_and_one_with_it_is_not() -> None:
    class Written(RequestSchema):
        bare: str
        listed: Annotated[list[Annotated[str, Field(max_length=9)]] | None, Field(max_length=9)] = None
        some_sign: Annotated[str, Field(pattern=r"\\S")]
        ruled: Annotated[str | None, AfterValidator(one_line)] = None
        code: Annotated[str, Field(pattern=r"^[a-z]+$")]

    found = {name.rpartition(".")[2] for name in _free_texts(Written)}
    del Written
    assert found == {"bare", "listed", "some_sign"}
