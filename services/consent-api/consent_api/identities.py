"""Numbers that come in bulk: each is read by itself, so that a wrong one leaves the others alone."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field

from consent_api.errors import PersonUnknown
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed
from shared.schemas import Schema

REFERENCE: Final = r"^[a-z0-9]{1,8}-[a-z2-7]{26}$"

NationalIdError: TypeAlias = NationalIdMalformed | NationalIdCheckDigits | PersonUnknown


def _writable(text: str) -> str:
    """Half of a surrogate pair can be written in JSON and is no text (RFC 8259, section 8.2): a UnicodeEncodeError."""
    text.encode()
    return text


Writable = Annotated[str, AfterValidator(_writable)]


class NationalIdProblem(Schema):
    code: Literal["national-id-malformed", "national-id-check-digits", "person-unknown"]
    detail: Annotated[str, Field(description="For people, in the language asked for")]

    @classmethod
    def of(cls, error: NationalIdError, language: str) -> "NationalIdProblem":
        return cls.model_validate({"code": error.code, "detail": error.document(language)["detail"]})


def parse_all(
    texts: Iterable[str], today: date, *, allow_synthetic: bool
) -> list[NationalId | NationalIdMalformed | NationalIdCheckDigits]:
    """One for each, in order."""
    return [_parse(text, today, allow_synthetic) for text in texts]


def _parse(text: str, today: date, allow_synthetic: bool) -> NationalId | NationalIdMalformed | NationalIdCheckDigits:
    try:
        return NationalId.parse(text, allow_synthetic=allow_synthetic, on=today)
    except (NationalIdMalformed, NationalIdCheckDigits) as error:
        return error
