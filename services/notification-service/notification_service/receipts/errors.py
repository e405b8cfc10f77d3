from typing import ClassVar

from shared.errors import DomainError
from shared.language import Text


class SignatureInvalid(DomainError):
    """Missing, not made with the provider's secret over this body, or made too long ago."""

    status = 401
    code = "signature-invalid"
    title: ClassVar[Text] = {
        "nb": "Signaturen mangler, stemmer ikke eller er for gammel.",
        "nn": "Signaturen manglar, stemmer ikkje eller er for gammal.",
        "en": "The signature is missing, wrong or too old.",
    }

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Signature"})
