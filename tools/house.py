"""`make house`: the rooms of `shared`, the services and the front ends, who imports whom, and where that goes upward.

A room is a module or a folder directly below a package. The floors stand in tests/architecture/layers.toml, the lowest
first: a room imports what stands before it, and nothing that stands after.
"""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LAYERS: Final = ROOT / "tests/architecture/layers.toml"
PACKAGES: Final = (
    "shared",
    "catalog_api",
    "consent_api",
    "helsetilbud_api",
    "notification_service",
    "prescription_api",
    "web",
)


@dataclass(frozen=True)
class House:
    """One package. Arrows are between modules of different rooms: who imports, and what is imported."""

    name: str
    folder: Path

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Full names and files."""
        found = {}
        for file in sorted(self.folder.rglob("*.py")):
            parts = [self.name, *file.relative_to(self.folder).with_suffix("").parts]
            found[".".join(parts).removesuffix(".__init__")] = file
        return found

    @cached_property
    def arrows(self) -> set[tuple[str, str]]:
        return {
            (name, imported)
            for name, file in self.modules.items()
            for imported in self._imports(file)
            if imported in self.modules and room_of(imported) not in ("", room_of(name)) and room_of(name)
        }

    def _imports(self, file: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in self.modules else node.module

    @cached_property
    def rooms(self) -> set[str]:
        return {room for name in self.modules if (room := room_of(name))}

    @cached_property
    def neighbours(self) -> set[tuple[str, str]]:
        return {(room_of(one), room_of(other)) for one, other in self.arrows}

    @cached_property
    def pairs_that_import_each_other(self) -> int:
        return sum((other, one) in self.neighbours for one, other in self.neighbours) // 2

    def upward(self, floors: list[str]) -> set[str]:
        """Arrows from a room to one that stands after it, as `importer -> imported`."""
        height = {room: number for number, room in enumerate(floors)}
        return {f"{a} -> {b}" for a, b in self.arrows if height[room_of(b)] > height[room_of(a)]}


def room_of(module: str) -> str:
    """Empty for the package itself."""
    return [*module.split("."), ""][1]


def houses() -> list[House]:
    return [House(name, _folder(name)) for name in PACKAGES]


def _folder(package: str) -> Path:
    if package in ("shared", "web"):
        return ROOT / package / package
    return next(ROOT.glob(f"services/*/{package}"))


def layers() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(LAYERS.read_text("utf-8"))


def table() -> str:
    """The figures of docs/architecture.md."""
    lines = [
        "| package | modules | rooms | arrows | upward | pairs that import each other |",
        "|---|---|---|---|---|---|",
    ]
    for house in houses():
        upward = len(house.upward(layers()[house.name]["floors"]))
        figures = (len(house.modules), len(house.rooms), len(house.neighbours), upward)
        figures_in_line = " | ".join(map(str, (*figures, house.pairs_that_import_each_other)))
        lines.append(f"| `{house.name}` | {figures_in_line} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
