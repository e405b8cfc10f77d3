"""The faults that a proof can be ordered with."""

from enum import StrEnum
from typing import Any


class InvalidProof(StrEnum):
    """In the order of the test token service, which also takes them by number."""

    NONE = "None"
    NO_HTU = "DontSetHtuClaimValue"
    NO_HTM = "DontSetHtmClaimValue"
    IAT_IN_PAST = "SetIatValueInThePast"
    IAT_IN_FUTURE = "SetIatValueInTheFuture"
    NO_ATH = "DontSetAthClaimValue"
    NO_ALG = "DontSetAlgHeader"
    NO_JWK = "DontSetJwkHeader"
    NO_JTI = "DontSetJtiClaim"
    SYMMETRIC_ALG = "SetAlgHeaderToASymmetricAlgorithm"
    PRIVATE_KEY = "SetPrivateKeyInJwkHeader"
    WRONG_TYP = "SetInvalidTypHeaderValue"
    WRONG_SIGNATURE = "SetAnInvalidSignature"
    WRONG_JKT = "SetAnInvalidJktValueInToken"


def by_number(value: Any) -> Any:
    names = list(InvalidProof)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return names[value] if is_number and 0 <= value < len(names) else value
