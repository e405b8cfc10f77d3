"""What is known of words whatever the documents say: words.json, as lexemes."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Lore:
    """`kin` of a lexeme are those that mean the same or are a kind of it; `weak` ones say little of what is asked for;
    `stop` are plain words that say nothing.
    """

    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weak: frozenset[str] = frozenset()
    stop: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stems: Mapping[str, str]) -> Self:
        """`stems` of all `words_to_stem`."""
        kin: dict[str, dict[str, None]] = defaultdict(dict)
        for word, other in _pairs():
            if stems[word] != stems[other]:
                kin[stems[word]][stems[other]] = None
        weak = frozenset(stems[word] for word in _file()["weak"])
        return cls({word: tuple(others) for word, others in kin.items()}, weak, frozenset(_file()["stop"]))

    def knows(self, lexeme: str) -> bool:
        return lexeme in self.kin or lexeme in self.weak


def words_to_stem() -> list[str]:
    return list(dict.fromkeys([*_flat(_pairs()), *_file()["weak"]]))


def _pairs() -> Iterator[tuple[str, str]]:
    for group in _file()["same"]:
        yield from ((word, other) for word in group for other in group)
    for word, narrower in _file()["narrower"].items():
        yield from ((word, other) for other in narrower)


def _flat(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for pair in pairs:
        yield from pair


@cache
def _file() -> Any:
    return json.loads(files(__name__.rpartition(".")[0]).joinpath("words.json").read_text("utf-8"))
