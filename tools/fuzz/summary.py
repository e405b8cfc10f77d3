"""What a run of `make fuzz` says of itself."""

from collections.abc import Sequence
from typing import Final

from sandbox.services import SERVICES
from tools.access.operations import operations
from tools.access.scenes.examples import CONTRACTS
from tools.fuzz.passes import Outcome

_NOT_CALLED: Final = frozenset({"followFeed"})  # schemathesis.toml says why


def line(outcome: Outcome) -> str:
    made, statuses = outcome.made, " ".join(f"{status}:{count}" for status, count in sorted(outcome.calls.items()))
    said = "nothing found" if outcome.passed else outcome.report
    return f"{made.service.name:22} {made.caller:24} {outcome.calls.total():6} {statuses}  {said}"


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Calls per caller and service, whom an operation has not heard from, and how it went."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    seeds = sorted({outcome.made.seed for outcome in outcomes})
    checks = sorted(frozenset[str]().union(*(outcome.checks for outcome in outcomes)))
    return "\n".join(
        [
            *_table(outcomes),
            *_not_called(outcomes),
            f"{len(checks)} checks: {', '.join(checks)}",
            *(f"failed: {outcome.made.name}\n{outcome.report}" for outcome in failed),
            f"{_calls(outcomes)} calls in {len(outcomes)} runs, {len(failed)} of them with failures; "
            f"seeds {', '.join(map(str, seeds))}; {seconds:.0f} seconds",
        ]
    )


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    names = [service.name for service in SERVICES]
    rows = [("", *names, "all")]
    for caller in dict.fromkeys(it.made.caller for it in outcomes):
        own = [it for it in outcomes if it.made.caller == caller]
        counts = [_calls([it for it in own if it.made.service.name == name]) for name in names]
        rows.append((caller, *map(str, counts), str(sum(counts))))
    return ["".join([f"{row[0]:24}", *(f"{cell:>22}" for cell in row[1:])]) for row in rows]


def _not_called(outcomes: Sequence[Outcome]) -> list[str]:
    """Operations that one of those who called has not called."""
    wanted = {(it.service.name, f"{it.method} {it.path}") for it in operations(CONTRACTS) if it.name not in _NOT_CALLED}
    said = []
    for caller in dict.fromkeys(it.made.caller for it in outcomes):
        own = [it for it in outcomes if it.made.caller == caller]
        missing = wanted - {(it.made.service.name, label) for it in own for label in it.called}
        said.append(f"{caller}: {len(wanted - missing)} of {len(wanted)} operations")
        said += [f"    never {service} {label}" for service, label in sorted(missing)[:20]]
    return said


def _calls(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.calls.total() for outcome in outcomes)
