"""K5: search, in small catalogues made for one question each. How well it does in a real one: test_search_quality."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from catalog_api import queries, service
from catalog_api.participants import SEEDING
from devkit.testing.cursors import cursor_for
from shared.events.catalog import ToolDocument

Find = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def find(client: Any) -> Find:
    """The names of what is found, in order."""

    async def find(q: str, **more: Any) -> list[str]:
        response = await client.get("/v1/tools", params={"q": q, **more})
        assert response.status_code == 200, response.text
        return [item["name"] for item in response.json()["items"]]

    return find


@pytest.fixture
async def few(fill: Any, make_tool: Any) -> None:
    await fill(
        make_tool("Aktiv kvile", text={"longText": "Øvelser mot SMERTER i ryggen"}),
        make_tool("Bevegelse", keywords=["Smerter", "rygg"]),
        make_tool("Rygg uten smerter"),
        make_tool("100 % søvn", en="All the sleep", text={"practitionerText": "Til Ola_Dunk"}),
    )


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("smerter rygg", ["Rygg uten smerter", "Bevegelse", "Aktiv kvile"]),
        ("RYGG", ["Rygg uten smerter", "Bevegelse", "Aktiv kvile"]),
        ("ryggene", ["Rygg uten smerter", "Bevegelse", "Aktiv kvile"]),
        ("rygg øvelse", ["Aktiv kvile"]),
        ("  SØVN ", ["100 % søvn"]),
        ("sleeping", ["100 % søvn"]),
        ("ola dunk", ["100 % søvn"]),
        ("", ["100 % søvn", "Aktiv kvile", "Bevegelse", "Rygg uten smerter"]),
        (" ", ["100 % søvn", "Aktiv kvile", "Bevegelse", "Rygg uten smerter"]),
    ],
)
@pytest.mark.usefixtures("few")
async def test_K5_all_words_count_and_names_come_before_keywords_before_texts(
    find: Find, q: str, found: list[str]
) -> None:
    assert await find(q) == found


@pytest.mark.parametrize("written", ["pårørende", "parorende", "paarorende", "PÅRØRENDE", "pårörende", "pårørande"])
async def test_K5_letters_are_found_however_they_are_written(
    find: Find, fill: Any, make_tool: Any, written: str
) -> None:
    await fill(make_tool("For pårørende"), make_tool("Åndedrett"))
    assert await find(written) == ["For pårørende"]


@pytest.mark.parametrize("written", ["ærlig", "aerlig", "erlig", "Ærlíg"])
async def test_K5_ae_is_found_both_ways(find: Find, fill: Any, make_tool: Any, written: str) -> None:
    await fill(*map(make_tool, ["Ærlig talt", "Aerlig talt", "Erlig talt"]))
    assert len(await find(written)) == 3


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("angts", ["Angst"]),
        ("deprsjon", ["Depresjon"]),
        ("depressjonen", ["Depresjon"]),
        ("rehabliteringg", ["Rehabilitering"]),
        ("hdu", []),
        ("hund", []),
        ("angel", []),
        ("reparasjon", []),
    ],
)
async def test_K5_a_slip_is_forgiven_and_another_word_is_not(
    find: Find, fill: Any, make_tool: Any, q: str, found: list[str]
) -> None:
    await fill(*map(make_tool, ["Angst", "Depresjon", "Hud", "Rehabilitering"]))
    assert await find(q) == found


async def test_K5_a_known_word_is_not_taken_for_a_misspelling(find: Find, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Trening"), make_tool("Trekning"))
    assert await find("trening") == ["Trening"]


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Søvnvansker", "søvn"),
        ("Søvn", "søvnvansker"),
        ("Hjemmeoppfølging", "oppfølging"),
        ("Diabetesdagbok", "diabetes dagbok"),
        ("Dagbok for diabetes", "diabetesdagbok"),
        ("Behandlingsplan", "plan behandling"),
    ],
)
async def test_K5_compounds_and_their_parts_find_each_other(
    find: Find, fill: Any, make_tool: Any, name: str, q: str
) -> None:
    words = make_tool("Ordbok", text={"longText": "dagbok hjemme vansker behandling plan diabetes"})
    await fill(make_tool(name), words)
    assert (await find(q))[0] == name


async def test_K5_a_word_is_not_taken_for_a_compound_by_its_looks(find: Find, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Mat"), make_tool("Materiell"), make_tool("Tomat"))
    assert await find("mat ") == ["Mat", "Materiell"]  # a name is made up: it may well be about "mat"
    await fill(make_tool("Kurs", text={"shortText": "Om materialer og automater"}))
    assert await find("mat ") == ["Mat", "Materiell"]


@pytest.mark.parametrize(("q", "found"), [("diab", ["Diabetes"]), ("mat for eld", ["Mat for eldre"]), ("d", [])])
async def test_K5_the_last_word_is_found_while_it_is_typed(
    find: Find, fill: Any, make_tool: Any, q: str, found: list[str]
) -> None:
    await fill(make_tool("Diabetes"), make_tool("Mat for eldre"))
    assert await find(q) == found


async def test_K5_a_word_that_is_finished_is_no_beginning(find: Find, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Diabetes"))
    assert await find("diab ") == []


@pytest.mark.parametrize(
    ("name", "q"),
    [("Hodepine", "hovudpine"), ("Søvn", "svevn"), ("Hjemme best", "heime"), ("Diabetes", "sukkersyke")],
)
async def test_K5_words_that_mean_the_same_find_each_other(
    find: Find, fill: Any, make_tool: Any, name: str, q: str
) -> None:
    await fill(make_tool(name), make_tool("Annet"))
    assert await find(q) == [name]


async def test_K5_sure_finds_come_before_guesses(find: Find, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Smertedagbok"), make_tool("Dagbok om smerte"), make_tool("Smerteskolen", keywords=["smerte"]))
    assert await find("smertedagboka") == ["Smertedagbok", "Dagbok om smerte"]
    assert len(await find("smertekurs")) == 3


async def test_K5_some_words_are_enough_only_where_nothing_has_all(find: Find, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Søvn for barn"), make_tool("Søvn for voksne"), make_tool("Spill for barn med astma"))
    assert await find("søvn barn") == ["Søvn for barn"]
    assert await find("søvn eldre") == ["Søvn for barn", "Søvn for voksne"]
    assert await find("bøker for barn med astma") == ["Spill for barn med astma"]
    assert await find("eldre bøker") == []


async def test_K5_whether_some_are_enough_is_not_for_the_filters_to_say(find: Find, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Søvn for barn"), make_tool("Søvn for voksne", purpose="treatment"))
    assert await find("søvn barn", purpose="treatment") == []


async def test_K5_a_search_goes_together_with_filters_and_facets(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(
        make_tool("Søvn", purpose="learning", subjectAreas=["sleep"]),
        make_tool("Søvnvansker", purpose="treatment", subjectAreas=["sleep", "pain"]),
        make_tool("Angst", purpose="treatment", subjectAreas=["mental-health"]),
    )
    page = (await client.get("/v1/tools?q=søvn&purpose=treatment&facets=true")).json()
    assert [item["name"] for item in page["items"]] == ["Søvnvansker"]
    counted = {n: {v["code"]: v["count"] for v in values if v["count"]} for n, values in page["facets"].items()}
    assert counted["purpose"] == {"learning": 1, "treatment": 1}
    assert counted["subjectArea"] == {"sleep": 1, "pain": 1}
    relaxed = (await client.get("/v1/tools?q=angst stein&facets=true")).json()
    assert [v["count"] for v in relaxed["facets"]["purpose"]] == [0, 0, 1]


_STRANGE = (
    "%",
    "_",
    "\\",
    "'",
    '"',
    "(((",
    "*",
    ":*",
    "&!|",
    "🧠",
    "…",
    "٣",
    "Привет",
    "%ED%A0%80",
    "%FF%FE",
    "a" * 100,
)
_STRANGER = ("'; DROP TABLE tool; --", "a'b:*&c|!d", "\\'", "-1", "s", "og", " ".join("abcdefghijklmnopqrst"), "¹½ﬁ")


@pytest.mark.parametrize("q", [*_STRANGE, *_STRANGER])
@pytest.mark.usefixtures("few")
async def test_strange_words_find_nothing_and_break_nothing(find: Find, q: str) -> None:
    assert await find(q, facets="true") == []


async def test_a_search_in_an_empty_catalogue_finds_nothing(find: Find, database: Any) -> None:
    assert await find("søvn", facets="true") == []


@pytest.fixture
def revise(database: Any, clock: Any) -> Callable[..., Awaitable[None]]:
    async def revise(document: dict[str, Any], revision: int = 2) -> None:
        async with database.session() as session:
            await queries.take_turn(session)
            await service.publish(
                session, ToolDocument.model_validate({**document, "revision": revision}), SEEDING, clock.now
            )

    return revise


async def walk(client: Any, query: str, between: Callable[[int], Awaitable[Any]] | None = None) -> list[str]:
    """Page by page to the end; `between` is done after each page but the last."""
    seen, cursor, number = [], "", 0
    while True:
        page = (await client.get(f"/v1/tools?limit=2&{query}{cursor}")).json()
        seen += [item["name"] for item in page["items"]]
        if page["nextCursor"] is None:
            return seen
        if between:
            await between(number)
        cursor, number = f"&cursor={page['nextCursor']}", number + 1


async def test_pages_of_a_search_go_through_every_level(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(
        *(make_tool(f"N{n} søvn") for n in range(3)),
        *(make_tool(f"K{n}", keywords=["søvn"]) for n in range(3)),
        *(make_tool(f"T{n}", text={"longText": "Om søvn"}) for n in range(3)),
    )
    found = await walk(client, "q=søvn")
    assert [name[:2] for name in found] == ["N0", "N1", "N2", "K0", "K1", "K2", "T0", "T1", "T2"]


@pytest.mark.parametrize(
    "q", ["søvn", "søvnkurs", "sövnn", "søvn stein"], ids=["sure", "guessed", "written", "relaxed"]
)
async def test_K5_pages_are_stable_while_tools_come_change_and_stop(
    client: Any, fill: Any, make_tool: Any, administrator: Any, revise: Any, q: str
) -> None:
    """Nothing is shown twice, and nothing that has not changed is lost, though words become known between pages."""
    tools = [make_tool(f"Søvn {n}", keywords=["søvn", "ro", "natt"][: n % 4]) for n in range(12)]
    await fill(*tools)
    before = await walk(client, f"q={q}")

    async def change(page: int) -> None:
        await fill(make_tool(f"Søvnkurs {page}", keywords=["søvn", "sovnkur", "stein", f"ord{page}"]))
        await revise(make_tool(before[page], keywords=["annet"], text={"longText": "søvnkurs stein"}))
        await revise(make_tool(before[-1 - page], keywords=["søvn", "stein"]))
        if page == 0:
            await administrator.stop(make_tool(before[6]))

    seen = await walk(client, f"q={q}", change)
    changed = {before[6], *(before[n] for n in range(5)), *(before[-1 - n] for n in range(5))}
    assert len(seen) == len(set(seen))
    assert set(before) - set(seen) <= changed
    assert [name for name in seen if name not in changed] == [name for name in before if name not in changed]


async def test_K5_a_page_goes_on_where_some_words_were_enough(client: Any, fill: Any, make_tool: Any) -> None:
    """Also when a tool that has all of them has come meanwhile."""
    await fill(*(make_tool(f"Søvn {n}") for n in range(5)))
    seen = await walk(client, "q=søvn stein", lambda page: fill(make_tool(f"Stein og søvn {page}")))
    assert seen == [f"Søvn {n}" for n in range(5)]
    assert (await walk(client, "q=søvn stein"))[0] == "Stein og søvn 0"


async def test_K5_a_search_sees_the_newest_words_at_once(find: Find, fill: Any, make_tool: Any, revise: Any) -> None:
    await fill(make_tool("Søvn"))
    assert await find("hikke") == []
    await fill(make_tool("Hikke"))
    assert await find("hikek") == ["Hikke"]
    await revise(make_tool("Søvn", keywords=["hikke"]))
    assert await find("hikke") == ["Hikke", "Søvn"]


async def test_a_cursor_of_another_time_is_a_cursor(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Søvn"))
    later = cursor_for("/v1/tools?q=s%C3%B8vn", 2**62, 0, "", "00000000-0000-0000-0000-000000000000", about="nb")
    response = await client.get(f"/v1/tools?q=søvn&cursor={later}")
    assert [item["name"] for item in response.json()["items"]] == ["Søvn"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("eksem", ["Eksemdagbok", "Eksemhjelp for barn"]),
        ("svevnløyse", ["Søvnløs"]),
        ("deppa", ["Depresjon"]),
        ("blodsukkerspill", ["Blodsukker som spill"]),
    ],
)
async def test_K5_everyday_words_compounds_and_no_word_that_merely_begins_alike(
    find: Find, fill: Any, make_tool: Any, q: str, found: list[str]
) -> None:
    await fill(
        make_tool("Eksemhjelp for barn"),
        make_tool("Eksemdagbok"),
        make_tool("Trygg trening", text={"longText": "Med eksempler og et godt eksempel."}),
        make_tool("Søvnløs"),
        make_tool("Depresjon"),
        make_tool("Blodsukker som spill"),
    )
    assert sorted(await find(q)) == found
