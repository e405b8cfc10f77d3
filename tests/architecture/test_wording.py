"""House rule: what people read exists in bokmål, nynorsk and English (0015), and each is in its own language.

Read from the source: every dictionary by language in Python, in the code lists and the data of the sandbox, and every
template of a message. Words are those of the glossary in docs/domain.md.
"""

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from devkit.testing.wording import english_words
from shared.language import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDERS: Final = ("shared/shared", "deploy/sandbox/sandbox", "tools", "services", "web/web")
# Functions that make a text of its three languages, in this order
MAKERS: Final = frozenset({"_text", "_names"})

# Dictionaries that are not whole, and why
PARTIAL: Final = {
    "services/catalog-api/catalog_api/examples.py": "a tool's own texts, which need no English",
    "services/catalog-api/catalog_api/submissions/schemas.py": "as above",
    "services/catalog-api/catalog_api/tool_shape.py": "as above",
    "services/prescription-api/prescription_api/fhir/examples.py": "as above",
    "services/prescription-api/prescription_api/fhir/texts.py": "of a journal note",
    "tools/rows/catalogue.py": "a tool's own texts, which need no English",
    "services/prescription-api/prescription_api/journal.py": "a journal note is Norwegian",
    "services/prescription-api/prescription_api/closing.py": "of a journal note",
    "services/helsetilbud-api/helsetilbud_api/offering/triage_forms.json": "standard lists, which are Norwegian",
    "services/consent-api/consent_api/reservations/schemas.py": "an example in one language",
    "services/catalog-api/catalog_api/listing/queries.py": "columns of a table",
    "deploy/sandbox/sandbox/data/tools.json": "a tool's own texts",
    "deploy/sandbox/sandbox/testtoken/errors.py": "speaks to programmers in English, as the service that it imitates",
}
# Words of another language or form, and those that the glossary has another for
NEVER: Final[Mapping[str, str]] = {
    "nb": (
        r"\b(?:ikkje|berre|nokon|noko|kva|kven|korleis|frå|òg|vere|gjere|sjølv|eigen|tenest\w*|verksemd\w*|vegner)\b"
        r"|på vegne av dem\b|kan ikke nås|kan nås på|helseorgan|av (?:dette|et) slag|\badgang\b|personregister"
    ),
    "nn": (
        r"\b(?:ikke|bare|noen|noe|hva|hvem|hvilk\w*|hvordan|hvor|fra|også|være|gjøre|selv|egen|ble|tjenest\w*|allerede"
        r"|virksomhet\w*|vegne|jeg|mye|senere|søke|velge|skrive[rs]|brukes|sendes|gjøres|åpnes|finnes|forespørsel\w*)\b"
        r"|på vegner av dei\b|kan ikkje nåast|kan nåast på|helseorgan|av (?:dette slaget|eit slag)|handsam"
        r"|svare på henne|personregister"
    ),
    "en": r"\b(?:ikke|ikkje|eller|må|kan|verktøy\w*)\b",
}
SERVICE_NAME: Final = re.compile(
    r"\b(?:catalog-api|consent-api|helsetilbud-api|notification-service|prescription-api)\b"
)
SAME_IN_BOTH: Final = 6  # words: a longer text that is the same in bokmål and nynorsk has been forgotten, or is here
ALIKE: Final = frozenset(
    {
        "Ingen fastlege ved kontoret har dette HPR-nummeret.",
        "Ingen i Folkeregisteret har dette nummeret.",
        "Helsepersonellregisteret har ingen gyldig autorisasjon eller lisens på dette HPR-nummeret.",
        "Du er verken fastlege, vikar eller redaktør ved dette kontoret i dag.",
        "Pasienten er registrert som død.",
        "Svaret var at du er registrert som død.",
        "Fristen er for kort eller for lang.",
        "Det er sendt mange prøver den siste timen. Vent litt før neste.",
        "Det er avklart om verktøyet er medisinsk utstyr, og eventuell CE-merking er dokumentert",
        "{who} prøvde å sende deg verktøyet {tool}.",
        "Du har fått {count} nye ting på Helsenorge",
        "Koden din for prøver av brev på Helsenorge",
        "Her bestiller du time hos legekontoret.",
        "Verdien må gå opp i {multiple_of}.",
        "Det digitale helseverktøyet {tool}, sendt på Helsenorge av {name}, {profession}. Frist: {deadline}.",
        "Digitalt helseverktøy sendt på Helsenorge: {tool}",
        "Frist for å ta verktøyet i bruk",
        "Pasienten er digitalt aktiv på Helsenorge.",
        "Skriv fødselsnummeret eller D-nummeret til pasienten.",
        "Feilen er på vår side. Prøv igjen om litt.",
        "januar februar mars april mai juni juli august september oktober november desember",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """One text by language, and where it stands; a language has every string that its value is made of."""

    place: str
    texts: Mapping[str, tuple[str, ...]]


def _strings(node: ast.AST) -> tuple[str, ...]:
    parts = [it for it in ast.walk(node) if isinstance(it, ast.Constant) and isinstance(it.value, str)]
    return tuple(str(it.value) for it in parts)


def _in_python(file: Path) -> Iterator[Told]:
    source = file.read_text("utf-8")
    if '"nb"' not in source and not any(f"{maker}(" in source for maker in (*MAKERS, "Texts")):
        return
    for node in ast.walk(ast.parse(source)):
        where = f"{file.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Dict):
            texts = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            if "nb" in texts and None not in node.keys:
                yield Told(where, {str(language): _strings(value) for language, value in texts.items()})
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS and len(node.args) == 3:
            yield Told(where, dict(zip(LANGUAGES, map(_strings, node.args), strict=True)))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Texts":
            yield Told(where, {str(it.arg): _strings(it.value) for it in node.keywords})


def _in_json(place: str, node: Any) -> Iterator[Told]:
    if isinstance(node, dict):
        if _is_texts(node):
            yield Told(place, {language: tuple(_leaves(value)) for language, value in node.items()})
            return
        for name, value in node.items():
            yield from _in_json(f"{place}/{name}", value)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _in_json(f"{place}/{number}", value)


def _is_texts(node: dict[str, Any]) -> bool:
    return "nb" in node and set(node) <= set(LANGUAGES)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)


def _everything() -> Iterator[Told]:
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if not {"tests", "migrations", "versions", "bench", "fuzz", "access"} & set(file.parts[len(ROOT.parts) :]):
                yield from _in_python(file)
        for file in sorted((ROOT / folder).rglob("*.json")):
            if file.parent.name in ("code_lists", "offering"):
                yield from _in_json(file.relative_to(ROOT).as_posix(), json.loads(file.read_text("utf-8")))
    tools = "deploy/sandbox/sandbox/data/tools.json"
    yield from _in_json(tools, json.loads((ROOT / tools).read_text("utf-8")))
    yield from _templates()


def _templates() -> Iterator[Told]:
    """The newest version of each: what has been sent is not changed."""
    newest = {}
    for file in (ROOT / "services/notification-service").rglob("templates/*.toml"):
        name, _, version = file.name.removesuffix(".toml").rpartition(".v")
        newest[name] = max(newest.get(name, (0, file)), (int(version), file))
    for _, file in newest.values():
        parts = tomllib.loads(file.read_text("utf-8"))
        yield Told(file.name, {language: tuple(parts[language].values()) for language in parts})


EVERYTHING: Final = list(_everything())


def _file(told: Told) -> str:
    return re.split(r"(?<=\.json)/|:", told.place)[0]


def _is_own_words(told: Told) -> bool:
    """Not those of a tool's supplier, say."""
    return _file(told) not in PARTIAL


def test_there_is_something_to_read() -> None:
    places = {_file(told).split("/")[1] for told in EVERYTHING if "/" in told.place}
    assert len(EVERYTHING) > 500
    assert {"catalog-api", "consent-api", "helsetilbud-api", "notification-service", "prescription-api"} <= places


def test_every_text_exists_in_the_three_languages() -> None:
    assert [told.place for told in EVERYTHING if _is_own_words(told) and set(told.texts) != set(LANGUAGES)] == []


def test_no_exception_is_left_over() -> None:
    assert sorted(PARTIAL.keys() - {_file(told) for told in EVERYTHING}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_word_of_another_language_or_one_that_the_glossary_replaces(language: str) -> None:
    never = re.compile(NEVER[language], re.IGNORECASE)
    found = [
        (told.place, it.group(), text[:60])
        for told in EVERYTHING
        for text in told.texts.get(language, ())
        for it in never.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_no_norwegian_text_is_english(language: str) -> None:
    found = [
        (told.place, english_words(text), text[:60])
        for told in EVERYTHING
        for text in told.texts.get(language, ())
        if _file(told) not in PARTIAL and english_words(text)
    ]
    assert found == []


def test_nynorsk_is_not_bokmål_over_again() -> None:
    found = [
        (told.place, text)
        for told in filter(_is_own_words, EVERYTHING)
        for text, nynorsk in zip(told.texts["nb"], told.texts.get("nn", ()), strict=False)
        if text == nynorsk and len(text.split()) >= SAME_IN_BOTH and text not in ALIKE
    ]
    assert found == []


def test_no_service_is_called_by_a_name_that_only_we_use() -> None:
    found = [
        (told.place, text)
        for told in EVERYTHING
        for texts in told.texts.values()
        for text in texts
        if SERVICE_NAME.search(text)
    ]
    assert found == []


def test_every_list_of_faults_holds_its_details_by_language() -> None:
    """`errors[].detail` is a Text: a plain string would be the same in every language."""
    found = []
    for folder in ("shared/shared", "services"):
        for file in (ROOT / folder).rglob("*.py"):
            if "tests" not in file.parts:
                found += [
                    f"{file.relative_to(ROOT)}:{line}" for line in _plain_details(ast.parse(file.read_text("utf-8")))
                ]
    assert found == []


def _plain_details(tree: ast.AST) -> Iterator[int]:
    for call in ast.walk(tree):
        name = getattr(call, "func", None) and ast.unparse(call.func)  # type: ignore[attr-defined]
        if isinstance(call, ast.Call) and name == "PydanticCustomError" and not isinstance(call.args[1], ast.Subscript):
            yield call.lineno
        if isinstance(call, ast.Call) and name == "InvalidInput":
            for node in ast.walk(call):
                if isinstance(node, ast.Dict):
                    told = {ast.unparse(k): v for k, v in zip(node.keys, node.values, strict=True) if k}
                    if isinstance(told.get("'detail'"), ast.Constant | ast.JoinedStr):
                        yield node.lineno


def test_every_rule_that_a_test_names_has_its_paragraph_in_the_domain_page() -> None:
    page = (ROOT / "docs/domain.md").read_text("utf-8")
    told = set(re.findall(r"\*\*([A-Z]\d+)\*\*", page))
    named: set[str] = set()
    for file in (*ROOT.glob("services/*/tests/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("shared/tests/*.py")):
        text = file.read_text("utf-8")
        named |= set(re.findall(r'mark\.rule\("([A-Z]\d+)"', text))
        named |= {rule for rules in re.findall(r"def test_((?:[A-Z]\d+_)+)", text) for rule in rules.split("_") if rule}
    assert len(named) > 40
    assert sorted(named - told) == []
