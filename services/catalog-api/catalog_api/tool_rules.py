"""What a tool's document must hold before anyone sees it (K1). Works on JSON in the shape of ToolDraft."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from uuid import UUID

from catalog_api import fault_texts as texts
from catalog_api.codes import code_lists
from shared.events.catalog import ToolDocument
from shared.language import DEFAULT_LANGUAGE, Text
from shared.links import LinkUnsafe, parse_link

Json = Mapping[str, Any]

_ALWAYS: Final = (
    *("/supplier/organisationNumber", "/supplier/name", "/healthBody/organisationNumber", "/healthBody/name"),
    *(f"/texts/{DEFAULT_LANGUAGE}/{text}" for text in ("name", "shortText", "longText", "practitionerText")),
    *("/purpose", "/kind", "/subjectAreas", "/targetGroups", "/languages", "/integration/method"),
    *("/loginRequired", "/national", "/prescriptionRequired", "/prescribable"),
)
_IN_OTHER_LANGUAGES: Final = ("name", "shortText")
_BY_METHOD: Final = {
    "open-link": ("/integration/address",),
    "signed-in-web": ("/integration/address", "/integration/launchAddress"),
    "form": ("/integration/address",),
    "integrated": ("/integration/address",),
}
_APP_LINKS: Final = ("/integration/appLinks/ios", "/integration/appLinks/android")
_ADDRESSES: Final = ("/integration/address", "/integration/launchAddress", *_APP_LINKS, "/dataUse/privacyStatement")
_LISTS: Final = (
    *("/subjectAreas", "/targetGroups", "/languages", "/keywords", "/organisations"),
    *("/requiredAuthorisations", "/prescriberOrganisations"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`pointer` is from the tool (RFC 6901); `detail` quotes nothing of the document."""

    pointer: str
    code: str
    detail: Text


class DocumentInvalid(ValueError):
    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail['en']}" for fault in faults))
        self.faults = faults


def publishable(tool: Json, tool_id: UUID, revision: int) -> ToolDocument:
    """Raises DocumentInvalid with every fault there is."""
    if faults := find_faults(tool):
        raise DocumentInvalid(faults)
    integration = {"address": next(_present(tool, _APP_LINKS), None), **tool["integration"]}
    return ToolDocument.model_validate(
        {**tool, "integration": integration, "toolId": str(tool_id), "revision": revision}
    )


def find_faults(tool: Json) -> list[Fault]:
    return [*_missing(tool), *_integration(tool), *_addresses(tool), *_contradictions(tool), *_repeated(tool)]


def value_at(tool: Json, pointer: str) -> Any:
    """None where there is nothing, or only an empty text or list."""
    found: Any = tool
    for name in pointer.split("/")[1:]:
        found = found.get(name) if isinstance(found, Mapping) else None
    return None if found in ("", []) else found


def _present(tool: Json, pointers: Sequence[str]) -> Iterator[Any]:
    return (found for pointer in pointers if (found := value_at(tool, pointer)) is not None)


def _missing(tool: Json) -> Iterator[Fault]:
    others = (language for language in tool.get("texts", {}) if language != DEFAULT_LANGUAGE)
    translated = (f"/texts/{language}/{text}" for language in others for text in _IN_OTHER_LANGUAGES)
    for pointer in chain(_ALWAYS, translated):
        if value_at(tool, pointer) is None:
            yield Fault(pointer, "missing", texts.NEEDED)
    if value_at(tool, "/dataUse") is not None and value_at(tool, "/dataUse/category") is None:
        yield Fault("/dataUse/category", "missing", texts.CATEGORY_NEEDED)


def _integration(tool: Json) -> Iterator[Fault]:
    method = value_at(tool, "/integration/method")
    for pointer in _BY_METHOD.get(method, ()):
        if value_at(tool, pointer) is None:
            yield Fault(pointer, "missing", texts.needed_by(method))
    if method == "app" and not any(_present(tool, _APP_LINKS)):
        yield Fault("/integration/appLinks", "missing", texts.APP_LINK_NEEDED)
    if method == "signed-in-web" and value_at(tool, "/loginRequired") is False:
        yield Fault("/loginRequired", "contradiction", texts.LOGIN_NEEDED)


def _addresses(tool: Json) -> Iterator[Fault]:
    """Readers turn them into links, so that no other scheme may come through."""
    for pointer in _ADDRESSES:
        address = value_at(tool, pointer)
        if address is not None and not _is_https(address):
            yield Fault(pointer, "not-https", texts.NOT_HTTPS)


def _is_https(address: str) -> bool:
    try:
        link = parse_link(address)
    except LinkUnsafe:
        return False
    return link.scheme == "https" and link.is_public and address.startswith("https:")


def _contradictions(tool: Json) -> Iterator[Fault]:
    if value_at(tool, "/national") is False and value_at(tool, "/organisations") is None:
        yield Fault("/organisations", "missing", texts.ORGANISATIONS_NEEDED)
    if value_at(tool, "/prescriptionRequired") is True and value_at(tool, "/prescribable") is False:
        yield Fault("/prescribable", "contradiction", texts.NOT_PRESCRIBABLE)
    if _is_stored(tool) and value_at(tool, "/dataUse/privacyStatement") is None:
        yield Fault("/dataUse/privacyStatement", "missing", texts.STATEMENT_NEEDED)


def _is_stored(tool: Json) -> bool:
    category = value_at(tool, "/dataUse/category")
    return any(item.stored for item in code_lists()["data-uses"].items if item.code == category)


def _repeated(tool: Json) -> Iterator[Fault]:
    for pointer in _LISTS:
        found = value_at(tool, pointer) or []
        for place, value in enumerate(found):
            if value in found[:place]:
                yield Fault(f"{pointer}/{place}", "repeated", texts.REPEATED)
