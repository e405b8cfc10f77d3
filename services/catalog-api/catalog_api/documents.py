"""Rules about a tool's document (K1): what must hold before it is published, and how it is found and sorted."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from catalog_api.codes import codes
from shared.events.catalog import ToolDocument, ToolTexts
from shared.language import DEFAULT_LANGUAGE, LANGUAGES

# in the order of the alphabet, behind z
_NORWEGIAN: Final = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})
SORT_LENGTH: Final = 40


class DocumentInvalid(ValueError):
    """`faults` say what, without quoting the document."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def require_publishable(document: ToolDocument) -> None:
    """Raises DocumentInvalid. The shape is ToolDocument's own business; here is what one field demands of another."""
    if faults := [*_faults(document), *_unknown_codes(document)]:
        raise DocumentInvalid(faults)


def _faults(document: ToolDocument) -> Iterator[str]:
    if DEFAULT_LANGUAGE not in document.texts:
        yield "texts: bokmål is missing"
    if set(document.texts) - set(LANGUAGES):
        yield "texts: in a language that nobody can ask for"
    if not document.national and not document.organisations:
        yield "organisations: a restricted tool is for nobody without them"
    if document.prescription_required and not document.prescribable:
        yield "prescribable: a tool that must be prescribed cannot be"
    if document.minimum_age < 0 or document.default_deadline_days < 1:
        yield "minimumAge, defaultDeadlineDays: out of range"
    if not all(map(_is_web_address, _addresses(document))):
        yield "integration: an address is not a web address"


def _addresses(document: ToolDocument) -> Iterable[str]:
    links = document.integration.app_links
    optional = (document.integration.launch_address, links and links.ios, links and links.android)
    return [document.integration.address, *(address for address in optional if address)]


def _is_web_address(address: str) -> bool:
    """Readers turn it into a link, so no other scheme may come through."""
    return address.startswith(("https://", "http://"))


def _unknown_codes(document: ToolDocument) -> Iterator[str]:
    for field, name, found in (
        ("subjectAreas", "subject-areas", document.subject_areas),
        ("targetGroups", "target-groups", document.target_groups),
        ("languages", "languages", document.languages),
        ("integration.method", "integration-methods", [document.integration.method]),
        ("requiredAuthorisations", "authorisations", document.required_authorisations),
    ):
        if set(found) - set(codes(name)):
            yield f"{field}: not in the code list"
        if len(set(found)) < len(found):
            yield f"{field}: the same code twice"


def best_texts(document: ToolDocument, language: str) -> ToolTexts:
    return document.texts.get(language) or document.texts[DEFAULT_LANGUAGE]


def fold(text: str) -> str:
    """For comparing without regard to case: PostgreSQL's own folding leaves Æ, Ø and Å alone under the C locale."""
    return unicodedata.normalize("NFKC", text).casefold()


def sort_key(name: str) -> str:
    """Norwegian alphabetical order for the C collation, which is in every PostgreSQL; ICU's collations are not."""
    decomposed = unicodedata.normalize("NFD", fold(name).translate(_NORWEGIAN))
    return "".join(c for c in decomposed if not unicodedata.combining(c))[:SORT_LENGTH]


def search_texts(document: ToolDocument) -> tuple[str, str, str]:
    """Names, keywords, and everything (K5), folded, in all languages; a line break keeps words of two fields apart."""
    texts = document.texts.values()
    names = [t.name for t in texts]
    other = [part for t in texts for part in (t.short_text, t.long_text, t.practitioner_text)]
    parts = names, document.keywords, [*names, *document.keywords, *other]
    searched, keywords, everything = (fold("\n".join(part)) for part in parts)
    return searched, keywords, everything
