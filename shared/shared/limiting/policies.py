"""What is limited, and how callers are told: draft-ietf-httpapi-ratelimit-headers-11."""

from collections.abc import Sequence
from contextvars import ContextVar
from functools import lru_cache
from typing import ClassVar, Final

from shared.errors import DomainError, Members, member
from shared.language import Text

_TOLD_FROM: Final = 20  # the part of a quota from which on a count is told to the others

# who is counted: a client, and a person where one asks
Who = tuple[str, ...]


class Policy:
    """`quota` in each window of so many seconds. Windows begin at multiples of their length since 1970, so a minute's
    at :00, and a day's at midnight UTC, whoever counts. `shown` is whether answers tell what is left.
    """

    __slots__ = ("name", "quota", "seconds", "shown", "told_from")

    def __init__(self, name: str, quota: int, seconds: int, *, shown: bool = True) -> None:
        self.name, self.quota, self.seconds, self.shown = name, quota, seconds, shown
        self.told_from = quota / _TOLD_FROM

    def ends_at(self, now: float) -> int:
        """The end of the window that `now` is in, in seconds since 1970."""
        return (int(now) // self.seconds + 1) * self.seconds


class Count:
    """Of one of those whom a policy is about, in one window. `used` is what this process knows of; `heard` is how much
    of it all had told when it was last heard; `waits` is whether the rest is about to be told, `reached` whether
    the log says that somebody was refused.
    """

    __slots__ = ("ends_at", "heard", "policy", "reached", "used", "waits", "who")

    def __init__(self, policy: Policy, who: Who, ends_at: int) -> None:
        self.policy, self.who, self.ends_at = policy, who, ends_at
        self.used = self.heard = 0
        self.waits = self.reached = False


class RateLimitExceeded(DomainError):
    """`Retry-After` is the end of the longest window that is used up."""

    status = 429
    code = "rate-limit-exceeded"
    title: ClassVar[Text] = {
        "nb": "Det er spurt for mange ganger på kort tid. Vent før du spør igjen.",
        "nn": "Det er spurt for mange gonger på kort tid. Vent før du spør igjen.",
        "en": "Too much has been asked for in a short time. Wait before asking again.",
    }
    members: ClassVar[Members] = {"violatedPolicies": member("The limits that are used up, by name", ["look-ups"])}

    def __init__(self, used_up: Sequence[Count], now: float) -> None:
        wait = max(count.ends_at for count in used_up) - int(now)
        names = [count.policy.name for count in used_up]
        super().__init__(headers={"Retry-After": str(wait)}, violatedPolicies=names)


class Observed:
    """What was counted for one request, for the headers of its answer."""

    __slots__ = ("counts", "now")

    def __init__(self) -> None:
        self.counts: list[Count] = []
        self.now = 0.0


_observed: ContextVar[Observed | None] = ContextVar("observed", default=None)


def observe() -> Observed:
    """From now on for the request under way."""
    observed = Observed()
    _observed.set(observed)
    return observed


def note(counts: Sequence[Count], now: float, *, alone: bool = False) -> None:
    """`alone`: a caller who is told to wait for the end of one window is not told of others that end later."""
    observed = _observed.get()
    if observed is None:
        return
    if alone:
        observed.counts.clear()
    observed.counts += counts if alone else [count for count in counts if count.policy.shown]
    observed.now = now


def fields(observed: Observed) -> list[tuple[bytes, bytes]]:
    """As headers of an answer."""
    counts, now = observed.counts, int(observed.now)
    declared = _declared(tuple([count.policy for count in counts]))
    left = ", ".join(
        [
            f'"{count.policy.name}";r={max(count.policy.quota - count.used, 0)};t={count.ends_at - now}'
            for count in counts
        ]
    )
    return [(b"ratelimit-policy", declared), (b"ratelimit", left.encode())]


@lru_cache
def _declared(policies: tuple[Policy, ...]) -> bytes:
    return ", ".join(f'"{policy.name}";q={policy.quota};w={policy.seconds}' for policy in policies).encode()
