"""What a service does not do, told on the page that was asked for, with the way on where there is one."""

from dataclasses import dataclass
from typing import Final

from web.calling import Problem, Refused
from web.citizen.texts import SHARED
from web.layout.visits import SignedInVisit

_CONSENT: Final = frozenset({"tools-hidden", "actor-consent-too-low", "no-consent", "consent-basis-only"})
_PERSON: Final = frozenset({"representation-not-allowed", "tool-not-for-representatives"})


@dataclass(frozen=True, slots=True)
class Alert:
    """`link` leads on. `status` is the page's."""

    text: str
    link: tuple[str, str] | None = None
    status: int = 200


def alert_of(visit: SignedInVisit, problem: Problem) -> Alert:
    """The service's words: the title and, where it says more, the detail."""
    said = [problem.title, problem.detail] if problem.detail != problem.title else [problem.detail]
    text = " ".join(part for part in said if part)
    return Alert(text, _way_on(visit, problem), problem.status)


def _way_on(visit: SignedInVisit, problem: Problem) -> tuple[str, str] | None:
    t = SHARED.of(visit.language)
    reason = problem.members.get("reason")
    if {problem.code, reason} & _CONSENT:
        acting = visit.session.person.acting_for is not None
        return (
            ("/bytt-person", t.to_persons)
            if acting and reason == "actor-consent-too-low"
            else ("/samtykke", t.to_consent)
        )
    if problem.code in _PERSON:
        return ("/bytt-person", t.to_persons)
    return None


def is_told(refused: Refused) -> bool:
    """Whether the page itself can say it: a refusal of who asks or of what is asked, and nothing that is not there."""
    return refused.problem.status in (403, 409, 410, 422, 429)
