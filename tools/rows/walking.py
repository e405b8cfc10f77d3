"""Walks the rows one after the other. One that fails says why, and the walk goes on."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from tools.local.outcomes import Differs
from tools.rows import catalogue, consents, identities, notifications, offices, pages, prescribing
from tools.rows.table import Part, Row
from tools.rows.world import World

PARTS: tuple[Part, ...] = (
    catalogue.PART,
    prescribing.PART,
    consents.PART,
    notifications.PART,
    pages.PART,
    offices.PART,
    identities.PART,
)
WORKS, NOT_YET = "W", "-"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`said` is W, - where there is nothing to walk yet, or what is missing."""

    said: str
    seconds: float

    @property
    def is_good(self) -> bool:
        return self.said in (WORKS, NOT_YET)


def numbered() -> Iterator[tuple[int, Part, Row]]:
    rows = ((part, row) for part in PARTS for row in part.rows)
    for number, (part, row) in enumerate(rows, 1):
        yield number, part, row


async def walk(http: httpx.AsyncClient, port_base: int, only: frozenset[str] = frozenset()) -> bool:
    """Prints each row as it is done; `only` are rules, all when empty. Whether every promise is kept."""
    world = World(http, port_base)
    await world.look_around()
    good = True
    async with world.until_over:
        for number, _, row in numbered():
            if only and not only & set(row.rules.split()):
                continue
            outcome = await _try(world, row)
            good &= outcome.is_good
            print(
                f"{number:>2}  {row.rules:<9} {row.promise}\n      {outcome.said}  ({outcome.seconds:.1f} s)",
                flush=True,
            )
    return good


async def _try(world: World, row: Row) -> Outcome:
    if row.walk is None:
        return Outcome(NOT_YET, 0)
    world.forget_tokens()
    started = time.perf_counter()
    try:
        await row.walk(world)
    except Differs as difference:
        said = f"missing: {difference}"
    except Exception as error:  # what a row stumbles over is what it has to tell
        said = f"stumbled: {type(error).__name__}: {error}"
    else:
        said = WORKS
    return Outcome(said, time.perf_counter() - started)
