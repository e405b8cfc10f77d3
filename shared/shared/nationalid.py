"""National identity numbers: fødselsnummer and D-number, checked on arrival and never shown again (I1).

Eleven digits: day, month, year, three digits of an individual number, two check digits. A D-number has 40 added to
the day. Numbers of test populations have 80 (Tenor) or 65 (NHN) added to the month; their check digits are computed on
the digits as written, offsets included. Help numbers (month + 40, or a first digit of 8 or 9) mean nothing outside the
place that made them, and are not accepted.

Sources: ehelse.no, "Identifikatorer for personer" (series and weights); Skatteetaten, "Nytt fødselsnummer fra 2032":
the first check digit may then leave the remainders 0 to 3, and neither century nor sex can be read from such a number.
"""

import re
from collections.abc import Iterator
from datetime import date
from time import time
from typing import ClassVar, Final, Literal, NoReturn, Self

from shared.errors import DomainError, Members, member
from shared.language import Text
from shared.norway import age_on

Kind = Literal["fnr", "dnr"]
Reason = Literal[
    "length",
    "characters",
    "date",
    "individual-number",
    "born-in-future",
    "help-number-not-accepted",
    "synthetic-not-accepted",
]

SERIES_OF_2032_FROM: Final = date(2032, 1, 1)
_REMAINDERS_OF_2032: Final = (1, 2, 3)
# eleven digits and whatever people write between them; overlapping ones are all found
_WRITTEN: Final = re.compile(r"(?<!\d)(?=(\d(?:[\W_]{0,3}\d){10})(?!\d))")
_VALUES: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DAY_AFTER_EPOCH: Final = date(1970, 1, 2).toordinal()

# said where a text is kept, or read by others, and must hold none (I1)
HELD: Final[Text] = {
    "nb": "Teksten kan ikke inneholde et fødselsnummer eller D-nummer.",
    "nn": "Teksten kan ikkje innehalde eit fødselsnummer eller D-nummer.",
    "en": "The text must not hold a national identity number.",
}
_DETAILS: Final[dict[Reason, Text]] = {
    "length": {
        "nb": "Et fødselsnummer eller D-nummer har nøyaktig elleve siffer.",
        "nn": "Eit fødselsnummer eller D-nummer har nøyaktig elleve siffer.",
        "en": "A national identity number has exactly eleven digits.",
    },
    "characters": {
        "nb": "Nummeret kan bare inneholde sifrene 0-9, uten mellomrom.",
        "nn": "Nummeret kan berre innehalde siffera 0-9, utan mellomrom.",
        "en": "The number may hold only the digits 0-9, without spaces.",
    },
    "date": {
        "nb": "De seks første sifrene er ikke en dato som finnes.",
        "nn": "Dei seks første siffera er ikkje ein dato som finst.",
        "en": "The first six digits are no existing date.",
    },
    "individual-number": {
        "nb": "Individnummeret hører ikke til fødselsåret.",
        "nn": "Individnummeret høyrer ikkje til fødselsåret.",
        "en": "The individual number does not belong to the year of birth.",
    },
    "born-in-future": {
        "nb": "Fødselsdatoen er ikke kommet ennå.",
        "nn": "Fødselsdatoen er ikkje komen enno.",
        "en": "The date of birth is yet to come.",
    },
    "help-number-not-accepted": {
        "nb": "Hjelpenumre kan ikke brukes her.",
        "nn": "Hjelpenummer kan ikkje brukast her.",
        "en": "Help numbers cannot be used here.",
    },
    "synthetic-not-accepted": {
        "nb": "Numre fra testpopulasjoner kan ikke brukes her.",
        "nn": "Nummer frå testpopulasjonar kan ikkje brukast her.",
        "en": "Numbers of test populations cannot be used here.",
    },
}


class NationalIdMalformed(DomainError):
    """No number of any series looks like this. The member `reason` says in what way; the number is in no text."""

    status = 422
    code = "national-id-malformed"
    title: ClassVar[Text] = {
        "nb": "Fødselsnummeret eller D-nummeret er ikke riktig oppbygd.",
        "nn": "Fødselsnummeret eller D-nummeret er ikkje rett bygd opp.",
        "en": "The national identity number is malformed.",
    }
    members: ClassVar[Members] = {"reason": member("In what way, as a code", "length")}

    def __init__(self, reason: Reason) -> None:
        super().__init__(_DETAILS[reason], reason=reason)
        self.reason = reason


class NationalIdCheckDigits(DomainError):
    """Rightly built, but the check digits do not fit: most often a slip of the keyboard."""

    status = 422
    code = "national-id-check-digits"
    title: ClassVar[Text] = {
        "nb": "Kontrollsifrene i fødselsnummeret eller D-nummeret stemmer ikke.",
        "nn": "Kontrollsiffera i fødselsnummeret eller D-nummeret stemmer ikkje.",
        "en": "The check digits of the national identity number are wrong.",
    }


class NationalId:
    """A checked number. Immutable, shown as `NationalId(***)`, equal to the same number, and never serialised."""

    __slots__ = ("_birth_date", "_century_known", "_digits", "_kind", "_synthetic")

    _digits: str
    _birth_date: date
    _century_known: bool
    _kind: Kind
    _synthetic: bool

    def __init__(self) -> None:
        raise TypeError("a NationalId is made by NationalId.parse")

    @classmethod
    def parse(cls, text: str, *, allow_synthetic: bool, on: date | None = None) -> Self:
        """`on` is the day to judge by, today when absent: nobody is born after it, and from 2032 the new series counts.

        Raises `NationalIdMalformed` or `NationalIdCheckDigits`.
        """
        values = _values(text)
        day, kind = _day(10 * values[0] + values[1])
        month, synthetic = _month(10 * values[2] + values[3])
        if synthetic and not allow_synthetic:
            raise NationalIdMalformed("synthetic-not-accepted")
        first, second = _remainders(values)
        birth_date, century_known = _birth_date(values, month, day, first, on or _tomorrow())
        if second or (first and century_known):
            raise NationalIdCheckDigits()
        self = object.__new__(cls)
        self._digits, self._kind, self._synthetic = text, kind, synthetic
        self._birth_date, self._century_known = birth_date, century_known
        return self

    def reveal(self) -> str:
        """The eleven digits, for the call to another system that needs them. Never keep, log or send on the answer."""
        return self._digits

    @property
    def kind(self) -> Kind:
        return self._kind

    @property
    def synthetic(self) -> bool:
        return self._synthetic

    @property
    def birth_date(self) -> date:
        """As read from the number. When `century_known` is false, the latest such date that is not in the future."""
        return self._birth_date

    @property
    def century_known(self) -> bool:
        """False for the series of 2032, whose numbers do not tell the century: only the person register does."""
        return self._century_known

    def age(self, on: date) -> int:
        """Whole years."""
        return age_on(on, self._birth_date)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NationalId) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __repr__(self) -> str:
        return "NationalId(***)"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a national identity number is not serialised")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a national identity number is not serialised")


def _values(text: str) -> bytes:
    """The eleven digits as numbers 0-9."""
    if len(text) != 11:
        raise NationalIdMalformed("length")
    # str.isdigit alone accepts full-width, superscript and Arabic digits
    if not (text.isascii() and text.isdigit()):
        raise NationalIdMalformed("characters")
    return text.encode().translate(_VALUES)


def _day(written: int) -> tuple[int, Kind]:
    if written >= 80:
        raise NationalIdMalformed("help-number-not-accepted")
    return (written - 40, "dnr") if written > 40 else (written, "fnr")


def _month(written: int) -> tuple[int, bool]:
    """The month, and whether the number is synthetic."""
    if written <= 12:
        return written, False
    if 81 <= written <= 92:
        return written - 80, True
    if 66 <= written <= 77:
        return written - 65, True
    raise NationalIdMalformed("help-number-not-accepted" if 41 <= written <= 52 else "date")


def _tomorrow() -> date:
    """A day's grace, because UTC is behind Norway."""
    return date.fromordinal(_DAY_AFTER_EPOCH + int(time()) // 86400)


def _remainders(values: bytes) -> tuple[int, int]:
    """What the two weighted sums leave modulo 11; the check digits, of weight one, make both 0."""
    d1, d2, m1, m2, y1, y2, i1, i2, i3, k1, k2 = values
    first = 3 * d1 + 7 * d2 + 6 * m1 + m2 + 8 * y1 + 9 * y2 + 4 * i1 + 5 * i2 + 2 * i3 + k1
    second = 5 * d1 + 4 * d2 + 3 * m1 + 2 * m2 + 7 * y1 + 6 * y2 + 5 * i1 + 4 * i2 + 3 * i3 + 2 * k1 + k2
    return first % 11, second % 11


def _birth_date(values: bytes, month: int, day: int, first: int, latest: date) -> tuple[date, bool]:
    """The date of birth, and whether the number tells its century."""
    year = 10 * values[4] + values[5]
    century_known = first not in _REMAINDERS_OF_2032 or latest < SERIES_OF_2032_FROM
    if century_known:
        century = _century(100 * values[6] + 10 * values[7] + values[8], year)
        born = _date(century + year, month, day)
    else:
        born = _youngest(year, month, day, latest)
    if born > latest:
        raise NationalIdMalformed("born-in-future")
    return born, century_known


def _century(individual_number: int, year: int) -> int:
    if individual_number < 500:
        return 1900
    if year < 40:
        return 2000
    if individual_number >= 900:
        return 1900
    if individual_number < 750 and year >= 54:
        return 1800
    raise NationalIdMalformed("individual-number")


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NationalIdMalformed("date") from None


def _youngest(year: int, month: int, day: int, latest: date) -> date:
    """29 February is a date in 2000 and none in 1900."""
    born = _date(2000 + year, month, day)
    return born if born <= latest else _date(1900 + year, month, day)


def holds_national_id(text: str) -> bool:
    """Whether free text has a number of any series in it, test populations included, also with spaces or signs between
    the digits.
    """
    return any(is_national_id(digits) for digits in _written_digits(text))


def _written_digits(text: str) -> Iterator[str]:
    for found in _WRITTEN.finditer(text):
        yield "".join(str(int(sign)) for sign in found[1] if sign.isdecimal())


def is_national_id(digits: str) -> bool:
    """A number of any series, test populations included: for what must not be kept, whoever it is."""
    try:
        NationalId.parse(digits, allow_synthetic=True)
    except DomainError:
        return False
    return True
