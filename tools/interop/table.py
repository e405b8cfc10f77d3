"""docs/integrators/interoperability.md, from what the programs said."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tools.interop.running import WORKS, Step, Tried

_HEAD: Final = """# Other people's clients

What happens when a client, a generator or a proxy that we did not write meets this system. `make interop` installs the
versions below, uses each for what it is for on a sandbox of its own, and writes this page; it fails when something
breaks by our fault. The programs are in
[tools/interop/programs](../../tools/interop/programs), to copy from.

Every call carries a DPoP proof, made for that call: a client needs a place where it lets one set headers for each
request. The programs show where that is.
"""

_WHOSE: Final = {
    "ours": "ours",
    "client": "the client's",
    "design": "by design",
    "not-reached": "an earlier step's",
}


def page(tried: Sequence[Tried]) -> str:
    return "\n".join([_HEAD, *_overview(tried), *(line for one in tried for line in _section(one))])


def _overview(tried: Sequence[Tried]) -> Iterator[str]:
    yield "| client | version | what was done | works | does not: ours | the client's | by design |"
    yield "|---|---|---|---|---|---|---|"
    for one in tried:
        counted = [_count(one, kinds) for kinds in (("ours",), ("client",), ("design",))]
        works = f"{sum(step.result == WORKS for step in one.steps)} of {len(one.steps)}"
        row = (one.client.name, one.version, one.client.purpose, works, *counted)
        yield f"| {' | '.join(row)} |"
    yield ""


def _count(one: Tried, kinds: Sequence[str]) -> str:
    found = sum(step.result in kinds for step in one.steps)
    return str(found) if found else ""


def _section(one: Tried) -> Iterator[str]:
    yield f"## {one.client.name} {one.version}"
    yield ""
    works = [step.did for step in one.steps if step.result == WORKS]
    if works:
        yield "Works: " + "; ".join(works) + "."
        yield ""
    others = [step for step in one.steps if step.result != WORKS]
    if others:
        yield from _others(others)


def _others(steps: Iterable[Step]) -> Iterator[str]:
    yield "| does not | whose fault | |"
    yield "|---|---|---|"
    for step in steps:
        said = step.sentence or step.failure
        yield f"| {step.did} | {_WHOSE[step.result]} | {_cell(said)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
