"""What a new revision changes, and how much approval that asks for (K3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog_api.submissions.transitions import Approval
from shared.events.catalog import ToolDocument

Json = Mapping[str, Any]

# What says the same thing in other words. All else touches integration, addresses, data use or restrictions, or might:
# a field that is new is heavy until somebody has thought about it.
_LIGHT: Final = ("/texts/", "/keywords")
_DEFAULTS: Final = {
    f"/{field.alias}": field.default for field in ToolDocument.model_fields.values() if not field.is_required()
}
_NOT_THE_SUPPLIERS: Final = frozenset({"/toolId", "/revision"})


@dataclass(frozen=True, slots=True)
class Difference:
    """`pointer` is from the tool; a list is compared as a whole. None is what is not there."""

    pointer: str
    published: Any
    submitted: Any

    @property
    def approval(self) -> Approval:
        return "light" if self.pointer.startswith(_LIGHT) else "full"


def compare(published: Json, submitted: Json) -> list[Difference]:
    before, after = dict(_leaves(published)), dict(_leaves(submitted))
    return [
        Difference(pointer, before.get(pointer), after.get(pointer))
        for pointer in sorted(before.keys() | after.keys())
        if before.get(pointer) != after.get(pointer)
    ]


def approval_of(published: Json | None, differences: Sequence[Difference]) -> Approval:
    """The first revision of a tool is never light."""
    if published is None or any(difference.approval == "full" for difference in differences):
        return "full"
    return "light"


def _leaves(tool: Json) -> Iterator[tuple[str, Any]]:
    """Pointer and value of everything that is there, defaults filled in: whether a default is written changes
    nothing.
    """
    missing = _DEFAULTS.keys() - {f"/{name}" for name in tool}
    filled = {**tool, **{pointer[1:]: _DEFAULTS[pointer] for pointer in missing}}
    return ((pointer, value) for pointer, value in _below("", filled) if pointer not in _NOT_THE_SUPPLIERS)


def _below(pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _below(f"{pointer}/{name}", part)
    elif value not in (None, "", []):
        yield pointer, value
