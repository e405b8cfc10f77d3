"""docs/integrators/errors.md: every error code of the five services, with what the caller does."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from sandbox.services import SERVICES
from shared.errors import PROBLEM_TYPE, DomainError
from shared.language import Text
from tools.contracts import contracts

_ADVICE: Final = tomllib.loads((Path(__file__).parent / "advice.toml").read_text("utf-8"))
_HEAD: Final = """\
# Error codes, and what to do

Written by `make guides` from the code. A refusal is a problem document (RFC 9457): program by `code`, which is stable,
and show `detail`, which is written for people in the language of `Accept-Language` and may improve. `instance` is the
number to report. Which codes an operation has, and the members that some carry, is in its contract in
[openapi](../../openapi).

A service may word a code in its own way; the meaning is the same. "All" are the five services.
"""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    status: int
    code: str
    services: tuple[str, ...]
    meaning: Text

    @property
    def advice(self) -> str:
        """Raises KeyError for a code that nobody has written advice for."""
        return str(_ADVICE["by-code"].get(self.code) or _ADVICE["by-status"][str(self.status)])


def error_codes() -> list[ErrorCode]:
    """What the contracts list, by status and code; the meaning is that of the most general class that has the code."""
    found: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for name, document in contracts().items():
        for problem in _problems(document):
            found[problem["status"], problem["code"]].append(name.removesuffix(".json"))
    meanings = _meanings()
    return [ErrorCode(status, code, tuple(where), meanings[code]) for (status, code), where in sorted(found.items())]


def superfluous_advice() -> set[str]:
    """Codes with advice that no contract has."""
    return set(_ADVICE["by-code"]) - {it.code for it in error_codes()}


def page() -> str:
    lines, status = [_HEAD], 0
    for it in error_codes():
        if it.status != status:
            status = it.status
            lines += [
                f"## {status} {HTTPStatus(status).phrase}",
                "",
                "| code | services | means | på norsk | what to do |",
            ]
            lines.append("|---|---|---|---|---|")
        where = "all" if len(it.services) == len(SERVICES) else ", ".join(it.services)
        lines.append(f"| `{it.code}` | {where} | {it.meaning['en']} | {it.meaning['nb']} | {it.advice} |")
    return "\n".join(lines).replace("|\n##", "|\n\n##") + "\n"


def _problems(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for example in document["components"].get("examples", {}).values():
        value = example.get("value")
        if isinstance(value, dict) and str(value.get("type")).startswith(PROBLEM_TYPE):
            yield value


def _meanings() -> dict[str, Text]:
    """By code. What all services share comes first, then in order of the module's name, so that the page is stable."""
    every, waiting = [], [DomainError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        every += [error] if "code" in vars(error) else []
    every.sort(key=lambda it: (not it.__module__.startswith("shared."), it.__module__, it.__qualname__))
    meanings: dict[str, Text] = {}
    for error in every:
        meanings.setdefault(error.code, error.title)
    return meanings
