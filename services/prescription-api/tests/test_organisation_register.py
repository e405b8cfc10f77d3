"""P5: what the register of organisations says is believed for a while, counts while the register is away, and is never
guessed.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from prescription_api.clients.organisation_register import Organisation, OrganisationRegister
from prescription_api.errors import OrganisationRegisterUnavailable

MUNICIPALITY, SECTOR, OFFICE, OTHER, CLOSED = "299900177", "299900320", "299900452", "299900460", "299901785"

Make = Callable[..., OrganisationRegister]


def soon(seconds: float = 5) -> float:
    return asyncio.get_running_loop().time() + seconds


@pytest.fixture
def make(world: Any) -> Make:
    def make(**changes: float) -> OrganisationRegister:
        told = {"timeout": 1.0, "cache_seconds": 60.0, "kept_seconds": 60.0, "naming_seconds": 0.25} | changes
        http = httpx.AsyncClient(transport=httpx.MockTransport(world.handle))
        return OrganisationRegister(http, "https://organisations.test/api/..", **told)

    return make


@pytest.fixture
def register(make: Make) -> OrganisationRegister:
    return make()


async def test_P5_main_entities_and_units_are_found_by_their_number(register: OrganisationRegister, world: Any) -> None:
    world.register(MUNICIPALITY, "Solfjell kommune", form="KOMM")
    world.register(OFFICE, "Solfjell\u202e legekontor", MUNICIPALITY)

    main, unit = await register.find(MUNICIPALITY, soon()), await register.find(OFFICE, soon())

    assert main == Organisation(MUNICIPALITY, "Solfjell kommune", "KOMM", "KOMM", None, closed=False)
    assert unit == Organisation(OFFICE, "Solfjell  legekontor", "BEDR", "BEDR", MUNICIPALITY, closed=False)


async def test_P5_what_is_deleted_or_unknown_is_no_organisation(register: OrganisationRegister, world: Any) -> None:
    world.register(CLOSED, "Solfjell gamle legevakt", MUNICIPALITY)
    world.gone.add(CLOSED)
    world.register(MUNICIPALITY, "Brennlia kommune", form="KOMM", slettedato="2019-12-31")
    world.register(OFFICE, "Brennlia legekontor", MUNICIPALITY, slettedato="2019-12-31")

    assert await register.find(CLOSED, soon()) is None
    assert await register.find(OTHER, soon()) is None
    merged = await register.find(MUNICIPALITY, soon())
    assert merged
    assert merged.closed
    assert await register.above(OFFICE, soon()) == frozenset()


async def test_P5_an_office_is_part_of_everything_above_it(register: OrganisationRegister, world: Any) -> None:
    world.register(MUNICIPALITY, "Solfjell kommune", form="KOMM")
    world.register(SECTOR, "Solfjell kommune helse", MUNICIPALITY, form="ORGL")
    world.register(OFFICE, "Solfjell legekontor", SECTOR)

    assert await register.above(OFFICE, soon()) == {SECTOR, MUNICIPALITY}
    assert await register.above(MUNICIPALITY, soon()) == frozenset()


async def test_P5_organisations_that_are_part_of_each_other_end_the_climb(
    register: OrganisationRegister, world: Any
) -> None:
    world.register(OFFICE, "Den ene", OTHER)
    world.register(OTHER, "Den andre", OFFICE)

    assert await register.above(OFFICE, soon()) == {OTHER, OFFICE}


async def test_P5_an_answer_is_believed_for_a_while_and_asked_for_once_at_a_time(
    register: OrganisationRegister, world: Any
) -> None:
    world.register(OFFICE, "Solfjell legekontor")

    await asyncio.gather(*(register.find(OFFICE, soon()) for _ in range(20)))
    await register.find(OFFICE, soon())
    await register.find(OTHER, soon())
    await register.find(OTHER, soon())

    assert world.asked["organisations"] == 1 + 2  # an unknown one is looked for among units and main entities


async def test_P5_what_is_known_counts_while_the_register_is_away(make: Make, world: Any) -> None:
    register = make(cache_seconds=0.0)
    world.register(MUNICIPALITY, "Solfjell kommune", form="KOMM")
    world.register(OFFICE, "Solfjell legekontor", MUNICIPALITY)
    await register.above(OFFICE, soon())
    world.away.add("organisations")

    assert await register.above(OFFICE, soon()) == {MUNICIPALITY}
    assert await register.names([OFFICE, OTHER]) == {OFFICE: "Solfjell legekontor"}
    with pytest.raises(OrganisationRegisterUnavailable):
        await register.above(OTHER, soon())


async def test_P5_nothing_is_kept_for_longer_than_it_may_be(make: Make, world: Any) -> None:
    register = make(cache_seconds=0.0, kept_seconds=0.0)
    world.register(OFFICE, "Solfjell legekontor")
    await register.find(OFFICE, soon())
    world.away.add("organisations")

    with pytest.raises(OrganisationRegisterUnavailable):
        await register.find(OFFICE, soon())


async def test_P5_an_answer_about_another_or_of_another_shape_is_none(
    register: OrganisationRegister, world: Any
) -> None:
    world.entities[OFFICE] = world.entities[world.register(OTHER, "En annen")]
    with pytest.raises(OrganisationRegisterUnavailable):
        await register.find(OFFICE, soon())

    world.entities[OFFICE] = {"unexpected": True, "organisasjonsform": {"kode": "BEDR"}}
    with pytest.raises(OrganisationRegisterUnavailable):
        await register.find(OFFICE, soon())


async def test_P8_a_name_is_waited_for_a_moment_and_is_there_the_next_time(make: Make, world: Any) -> None:
    world.register(OFFICE, "Solfjell legekontor")
    answer = asyncio.Event()

    async def slowly(request: httpx.Request) -> httpx.Response:
        await answer.wait()
        response: httpx.Response = await world.handle(request)
        return response

    http = httpx.AsyncClient(transport=httpx.MockTransport(slowly))
    register = OrganisationRegister(
        http, "https://organisations.test", timeout=5, cache_seconds=60, kept_seconds=60, naming_seconds=0.05
    )

    started = time.monotonic()
    assert await register.name(OFFICE) is None
    assert time.monotonic() - started < 1
    answer.set()
    await asyncio.wait(register._asking.values())
    assert await register.name(OFFICE) == "Solfjell legekontor"
    assert world.asked["organisations"] == 1


async def test_P8_nobody_waits_for_names_while_the_register_is_away(make: Make, world: Any) -> None:
    register = make(naming_seconds=60.0)
    world.away.add("organisations")
    for _ in range(5):
        assert await register.names([OFFICE]) == {}
    asked = world.asked["organisations"]

    for _ in range(50):
        assert await register.names([OFFICE]) == {}

    assert world.asked["organisations"] <= asked + 2  # one question a second tries, and its second try


async def test_P2_a_search_finds_main_entities_and_units_and_says_whether_there_are_more(
    register: OrganisationRegister, world: Any
) -> None:
    world.register(MUNICIPALITY, "Solfjell kommune", form="KOMM")
    world.register(OFFICE, "Solfjell legekontor", MUNICIPALITY)

    found, more = await register.search("solfjell", 10, soon())
    assert [it.number for it in found] == [MUNICIPALITY, OFFICE]
    assert not more
    assert await register.search("solfjell", 1, soon()) == ([found[0]], True)
    assert await register.search("ingen", 10, soon()) == ([], False)
    asked = world.asked["organisations"]
    assert await register.names([OFFICE]) == {OFFICE: "Solfjell legekontor"}
    assert world.asked["organisations"] == asked
