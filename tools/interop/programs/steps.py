"""What a program does with its client, step by step: each step is one line of JSON on the standard output.

    found = step("reads a Task", lambda: client.get("Task", ids[0]))

A step that fails is our fault until the program has said otherwise beforehand: whose it is instead (`client`, or
`design` where we refuse on purpose), a pattern that the failure must match, and one sentence for who meets it. Whatever
fails in another way than that is ours again.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


class NotReached(Exception):
    """What the step needs did not come of an earlier one."""


@dataclass(frozen=True)
class Otherwise:
    whose: str
    pattern: str
    sentence: str


def by_client(pattern: str, sentence: str) -> Otherwise:
    return Otherwise("client", pattern, sentence)


def by_design(pattern: str, sentence: str) -> Otherwise:
    return Otherwise("design", pattern, sentence)


def told(name: str) -> str:
    return os.environ[name]


def need(value: T | None) -> T:
    if value is None:
        raise NotReached
    return value


def expect(condition: object, what: object = "") -> None:
    if not condition:
        raise AssertionError(str(what))


def step(what: str, do: Callable[[], T], *otherwise: Otherwise) -> T | None:
    """What came of it; None where it failed."""
    try:
        came = do()
    except NotReached:
        _tell(what, "not-reached")
    except Exception as error:  # whatever a client throws is what is to be told
        _failed(what, _in_words(error), otherwise)
    else:
        _tell(what, "works")
        return came
    return None


def _in_words(error: Exception) -> str:
    """With what was answered, where the client keeps that."""
    answered = getattr(getattr(error, "response", None), "text", "")
    return f"{type(error).__name__}: {error} {answered}".strip()


def _failed(what: str, failure: str, otherwise: tuple[Otherwise, ...]) -> None:
    for it in otherwise:
        if re.search(it.pattern, failure, re.DOTALL):
            _tell(what, it.whose, failure, it.sentence)
            return
    _tell(what, "ours", failure)


def _tell(what: str, result: str, failure: str = "", sentence: str = "") -> None:
    line: dict[str, Any] = {"did": what, "result": result, "failure": failure[:2000], "sentence": sentence}
    print(json.dumps(line), flush=True)
