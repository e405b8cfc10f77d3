"""What a service answers when it does not do what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document (RFC 9457). `title` and `detail` are words for the person, in the language that was asked for;
    `members` is the whole document, for what a code brings along.
    """

    status: int
    code: str
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: httpx.Response) -> "Problem":
        try:
            document = answer.json()
        except ValueError:
            document = {}
        if not isinstance(document, dict):
            document = {}
        title = str(document.get("title", ""))
        code = str(document.get("code", "unknown"))
        return cls(answer.status_code, code, title, str(document.get("detail") or title), document)

    def errors(self) -> dict[str, str]:
        """Words by JSON pointer, of what was sent in."""
        return {str(it["pointer"]): str(it["detail"]) for it in self.members.get("errors") or ()}


class Refused(Exception):
    """The service says no, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem

    @property
    def code(self) -> str:
        return self.problem.code


class Away(Exception):
    """The service, or something that it needs, does not answer now: the same may be asked again. `problem` is what it
    says itself, where it says something.
    """

    def __init__(self, problem: Problem | None = None) -> None:
        super().__init__(problem.code if problem else "away")
        self.problem = problem


class SignedOut(Exception):
    """The session is over at the issuer."""
