"""The code lists: data files of this package, read once, and the types of fields that hold one of their codes."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Self, TypeAlias

from pydantic import GetCoreSchemaHandler, TypeAdapter, model_validator
from pydantic_core import CoreSchema, core_schema

from shared.language import Text
from shared.schemas import Schema

NAMES: Final = (
    "purposes",
    "kinds",
    "subject-areas",
    "target-groups",
    "languages",
    "integration-methods",
    "data-uses",
    "authorisations",
    "stop-reasons",
    "check-list",
)


class Code(Schema):
    """`names` per language; a retired code is kept for what was written with it and chosen no more.

    In `check-list`, `light` says that a light approval asks for the item too (K3); in `data-uses`, `stored` that
    something is kept elsewhere than on the citizen's device.
    """

    code: str
    names: Text
    retired: bool = False
    light: bool | None = None
    stored: bool | None = None


class CodeList(Schema):
    """`definitions` by code: what each means, a sentence or two in each language that it has a name in."""

    title: Text
    items: Sequence[Code]
    definitions: Mapping[str, Text]

    @model_validator(mode="after")
    def _defined(self) -> Self:
        named = {item.code: set(item.names) for item in self.items}
        if named != {code: set(texts) for code, texts in self.definitions.items()}:
            raise ValueError("each code has a definition in each language of its names, and there are no others")
        return self


@cache
def code_lists() -> Mapping[str, CodeList]:
    folder = files(__package__).joinpath("code_lists")
    read = TypeAdapter(CodeList).validate_python
    return {name: read(json.loads(folder.joinpath(f"{name}.json").read_text("utf-8"))) for name in NAMES}


@cache
def codes(name: str) -> tuple[str, ...]:
    return tuple(item.code for item in code_lists()[name].items)


class CodeOf:
    """A string that is a code of the list, in validation as in OpenAPI: the list is the only place that names them."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(codes(self.name)))


class ChoiceOf(CodeOf):
    """The same without the retired codes: for what is written now."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema([item.code for item in code_lists()[self.name].items if not item.retired])


Purpose: TypeAlias = Annotated[str, CodeOf("purposes")]
Kind: TypeAlias = Annotated[str, CodeOf("kinds")]
SubjectArea: TypeAlias = Annotated[str, CodeOf("subject-areas")]
TargetGroup: TypeAlias = Annotated[str, CodeOf("target-groups")]
ToolLanguage: TypeAlias = Annotated[str, CodeOf("languages")]
StopReason: TypeAlias = Annotated[str, CodeOf("stop-reasons")]
