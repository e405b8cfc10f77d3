"""Health personnel's professions, code system 9060 (Kategori helsepersonell), with names in the three languages.

The same 36 codes as the catalogue's code list `authorisations` (tests/contracts/test_professions.py).
"""

from collections.abc import Iterable
from typing import Final

from shared.language import DEFAULT_LANGUAGE, Text


def _names(nb: str, nn: str, en: str) -> Text:
    return {"nb": nb, "nn": nn, "en": en}


PROFESSIONS: Final[dict[str, Text]] = {
    "AA": _names("ambulansearbeider", "ambulansearbeidar", "ambulance worker"),
    "AT": _names("apotektekniker", "apotekteknikar", "pharmacy technician"),
    "AU": _names("audiograf", "audiograf", "audiologist"),
    "BI": _names("bioingeniør", "bioingeniør", "biomedical laboratory scientist"),
    "ET": _names("ergoterapeut", "ergoterapeut", "occupational therapist"),
    "FA1": _names("provisorfarmasøyt", "provisorfarmasøyt", "pharmacist (master's degree)"),
    "FA2": _names("reseptarfarmasøyt", "reseptarfarmasøyt", "pharmacist (bachelor's degree)"),
    "FB": _names("fiskehelsebiolog", "fiskehelsebiolog", "fish health biologist"),
    "FO": _names("fotterapeut", "fotterapeut", "podiatrist"),
    "FT": _names("fysioterapeut", "fysioterapeut", "physiotherapist"),
    "HE": _names("helsesekretær", "helsesekretær", "medical secretary"),
    "HF": _names("helsefagarbeider", "helsefagarbeidar", "healthcare worker"),
    "HP": _names("hjelpepleier", "hjelpepleiar", "auxiliary nurse"),
    "JO": _names("jordmor", "jordmor", "midwife"),
    "KE": _names("klinisk ernæringsfysiolog", "klinisk ernæringsfysiolog", "clinical dietitian"),
    "KI": _names("kiropraktor", "kiropraktor", "chiropractor"),
    "LE": _names("lege", "lege", "physician"),
    "MT": _names("manuellterapeut", "manuellterapeut", "manual therapist"),
    "NP": _names("naprapat", "naprapat", "naprapath"),
    "OA": _names("omsorgsarbeider", "omsorgsarbeidar", "care worker"),
    "OI": _names("ortopediingeniør", "ortopediingeniør", "prosthetist and orthotist"),
    "OP": _names("optiker", "optikar", "optometrist"),
    "OR": _names("ortoptist", "ortoptist", "orthoptist"),
    "OS": _names("osteopat", "osteopat", "osteopath"),
    "PE": _names("perfusjonist", "perfusjonist", "perfusionist"),
    "PM": _names("paramedisiner", "paramedisinar", "paramedic"),
    "PS": _names("psykolog", "psykolog", "psychologist"),
    "RA": _names("radiograf", "radiograf", "radiographer"),
    "SP": _names("sykepleier", "sjukepleiar", "nurse"),
    "TH": _names("tannhelsesekretær", "tannhelsesekretær", "dental secretary"),
    "TL": _names("tannlege", "tannlege", "dentist"),
    "TP": _names("tannpleier", "tannpleiar", "dental hygienist"),
    "TT": _names("tanntekniker", "tannteknikar", "dental technician"),
    "VE": _names("veterinær", "veterinær", "veterinarian"),
    "VP": _names("vernepleier", "vernepleiar", "social educator"),
    "XX": _names("helsepersonell", "helsepersonell", "health personnel"),
}

# Given to nobody any more; those who have it keep it.
RETIRED: Final = frozenset({"MT"})
# what says least about somebody
_LAST: Final = RETIRED | {"XX"}


def first_of(codes: Iterable[str]) -> str | None:
    """What somebody with these authorisations is called when any of them would do."""
    return min(codes, key=lambda code: (code in _LAST, code), default=None)


def profession_name(code: str | None, language: str = DEFAULT_LANGUAGE) -> str:
    return PROFESSIONS.get(code or "XX", PROFESSIONS["XX"])[language]
