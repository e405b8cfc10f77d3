"""Search in a plain table of documents; how well it ranks is tested where there are tools (catalog-api)."""

import asyncio
import json
from collections.abc import AsyncIterator
from math import inf
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import literal_column, select, table

from shared.db import Database
from shared.schema import statements
from shared.search import Searched, Vocabulary, understand
from shared.search.compounds import compounds_with, openings_of, parts_of
from shared.search.misspelling import count_slips, likely_meant
from shared.search.vocabulary import KEYWORD, LONG_TEXT, NAME, Known
from shared.search.words import Lore, words_to_stem

TABLE = """
    CREATE TABLE paper (
        id integer PRIMARY KEY, document jsonb, search tsvector, search_weighed tsvector, search_stand bigint
    );
    CREATE INDEX ix_paper_search ON paper USING gin (search);
    CREATE TRIGGER tr_paper_search BEFORE INSERT OR UPDATE OF document ON paper
        FOR EACH ROW EXECUTE FUNCTION search_index();
"""
WRITE = """
    INSERT INTO paper (id, document) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET document = excluded.document
    RETURNING search_stand
"""


LISTED = select(literal_column("id").label("id")).select_from(table("paper"))


def paper(name: str, keywords: tuple[str, ...] = (), **texts: str) -> str:
    return json.dumps({"texts": {"nb": {"name": name, **texts}}, "keywords": keywords})


@pytest.fixture
async def papers(database: Database) -> Database:
    async with database.driver() as connection:
        await connection.execute(statements("search"))
        await connection.execute(TABLE)
    return database


async def write(database: Database, number: int, document: str | None) -> int:
    async with database.driver() as connection:
        stand: int = await connection.fetchval(WRITE, number, document)
    return stand


async def find(database: Database, vocabulary: Vocabulary, said: str, stand: int | None = None) -> list[int]:
    async with database.reader() as reader:
        search = await understand(vocabulary, reader, said, stand)
        if not (levels := search.levels()):
            return []
        statement = Searched("paper").page(LISTED, levels, "id", "id", None, 100)
        return list((await reader.execute(statement, search.values)).scalars().all())


async def pages(database: Database, said: str, size: int) -> list[list[int]]:
    found: list[list[int]] = []
    after: tuple[int, int, int] | None = None
    async with database.reader() as reader:
        search = await understand(Vocabulary(), reader, said)
        while True:
            statement = Searched("paper").page(LISTED, search.levels(), "id", "id", after, size)
            rows = (await reader.execute(statement, search.values)).all()
            if not rows:
                return found
            found.append([row.id for row in rows])
            after = (rows[-1].rank, rows[-1].id, rows[-1].id)


async def test_documents_are_found_by_what_they_are_about_first(papers: Database) -> None:
    await write(papers, 1, paper("Annet", longText="om hester"))
    await write(papers, 2, paper("Annet", ("hest",)))
    await write(papers, 3, paper("Hest"))
    await write(papers, 4, paper("Annet", shortText="en hest"))
    assert await find(papers, Vocabulary(), "hesten") == [3, 2, 4, 1]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("said", ["hest", "hets"], ids=["sure", "guessed"])
async def test_pages_of_every_size_go_through_name_and_texts_to_the_long_ones(
    papers: Database, said: str, size: int
) -> None:
    for number in range(1, 9):
        await write(papers, number, paper("Hest") if number % 2 else paper("Annet", longText="om en hest"))
    found = await pages(papers, said, size)
    assert [number for page in found for number in page] == [1, 3, 5, 7, 2, 4, 6, 8]
    assert all(len(page) == size for page in found[:-1])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 9])
async def test_pages_of_every_size_go_through_sure_finds_to_guesses(papers: Database, size: int) -> None:
    """`fødselsdepresjon` is in no document: what it is about is sure, what it begins with a guess."""
    titles = {1: "Barsel", 2: "Fødsel", 3: "Barsel"}
    for number in range(1, 9):
        title = titles.get(number % 4, "Annet")
        text = {0: "om barsel"}.get(number % 4, "")
        await write(papers, number, paper(title, longText=text))
    await write(papers, 9, paper("Annet", longText="om en fødsel"))
    found = await pages(papers, "fødselsdepresjon", size)
    assert [number for page in found for number in page] == [1, 3, 5, 7, 4, 8, 2, 6, 9]
    assert all(len(page) == size for page in found[:-1])


async def test_a_row_without_a_document_is_not_found_and_in_no_way(papers: Database) -> None:
    await write(papers, 1, None)
    assert await find(papers, Vocabulary(), "hest") == []
    await write(papers, 1, paper("Hest"))
    assert await find(papers, Vocabulary(), "hest") == [1]


async def test_every_change_has_a_stand_and_a_search_may_be_of_an_earlier_one(papers: Database) -> None:
    vocabulary = Vocabulary()
    assert [await write(papers, 1, paper("Hest")), await write(papers, 2, paper("Hest"))] == [1, 2]
    assert await write(papers, 2, paper("Hest")) == 2  # nothing has changed
    assert await write(papers, 1, paper("Hest", ("føll",))) > 2
    assert await find(papers, vocabulary, "hest") == [1, 2]
    assert await find(papers, vocabulary, "hest", stand=2) == [2]


async def test_a_word_is_known_from_its_stand_on(papers: Database) -> None:
    """`hestekatt` is read as two words only once both are words: a later page must read it as the first did."""
    vocabulary = Vocabulary()
    await write(papers, 1, paper("Hest"))
    before = await write(papers, 2, paper("Katt og hest"))
    await write(papers, 3, paper("Hestekatt"))
    assert await find(papers, vocabulary, "hestekatten") == [3, 2]
    assert await find(papers, vocabulary, "hestekatten", stand=before) == [2, 1]


async def test_stands_are_seen_in_their_order(papers: Database) -> None:
    """Else a search of the later one would not have seen the earlier."""
    async with papers.driver() as first, papers.driver() as second:
        transaction = first.transaction()
        await transaction.start()
        assert await first.fetchval(WRITE, 1, paper("Hest")) == 1
        assert await first.fetchval(WRITE, 2, paper("Føll")) == 1
        waiting = asyncio.create_task(second.fetchval(WRITE, 3, paper("Ku")))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await transaction.commit()
        assert await waiting == 2


async def test_a_row_without_a_document_waits_its_turn(papers: Database) -> None:
    """Else it could hold a row that waits for what it waits for next."""
    await write(papers, 1, paper("Hest"))
    async with papers.driver() as first, papers.driver() as second:
        transaction = first.transaction()
        await transaction.start()
        await first.fetchval(WRITE, 2, paper("Hest"))
        waiting = asyncio.create_task(second.fetchval(WRITE, 3, None))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await transaction.commit()
        assert await waiting is None


async def test_another_history_of_documents_is_learnt_anew(papers: Database) -> None:
    vocabulary = Vocabulary()
    await write(papers, 1, paper("Hest"))
    assert await find(papers, vocabulary, "hset") == [1]
    async with papers.driver() as connection:
        await connection.execute("DELETE FROM paper; DELETE FROM search_word; DELETE FROM search_stand")
    await write(papers, 1, paper("Hus"))
    assert await find(papers, vocabulary, "hset") == []
    assert await find(papers, vocabulary, "hus") == [1]


async def test_many_searches_learn_at_once(papers: Database) -> None:
    vocabulary = Vocabulary()
    for number in range(5):
        await write(papers, number, paper(f"Hest {number}"))
    found = await asyncio.gather(*(find(papers, vocabulary, "hset") for _ in range(8)))
    assert found == [[0, 1, 2, 3, 4]] * 8


@pytest.fixture
async def plain_database(postgres_url: str) -> AsyncIterator[str]:
    """One that knows no letters but ASCII's, as `initdb --locale=C` leaves them."""
    name = f"test_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 LOCALE_PROVIDER libc LOCALE "C"')
    yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


LETTERS = [
    ("Søvn, ÆRE & Åtte!", "sovn aere atte"),
    ("æ\u00f8\u00e5 a\u030a e\u0301", "aeoa a e"),
    ("Čáhppe-đŋŧ ﬁ ２", "cahppe dnt fi 2"),
    ("HbA1c\t\n🧠 «…»", "hba1c"),
    ("Привет", ""),
]


@pytest.mark.parametrize(("said", "plain"), LETTERS)
async def test_words_are_compared_alike_in_every_database(papers: Database, said: str, plain: str) -> None:
    async with papers.driver() as connection:
        assert await connection.fetchval("SELECT search_plain($1)", said) == plain


async def test_words_are_compared_alike_where_only_ascii_is_known(plain_database: str) -> None:
    connection = await asyncpg.connect(plain_database)
    await connection.execute(statements("search"))
    assert [await connection.fetchval("SELECT search_plain($1)", said) for said, _ in LETTERS] == [
        p for _, p in LETTERS
    ]
    await connection.close()


@pytest.mark.parametrize(
    ("forms", "lexeme"),
    [
        (("ungdom", "ungdommen", "ungdommer"), "ungdom"),
        (("utslett", "utslettet"), "utslet"),
        (("fot", "føttene", "føtter"), "fot"),
        (("bok", "bøker", "boka"), "bok"),
        (("pårørende", "pårørande", "paarorende"), "paror"),
        (("vansker", "vanskar", "vanskene"), "vansk"),
    ],
)
async def test_forms_of_a_word_are_one_lexeme(papers: Database, forms: tuple[str, ...], lexeme: str) -> None:
    async with papers.driver() as connection:
        assert {await connection.fetchval("SELECT search_stem($1)", form) for form in forms} == {lexeme}


@pytest.mark.parametrize(
    ("written", "meant", "slips"),
    [
        ("angts", "angst", 1),
        ("agnst", "angst", 1),
        ("nagst", "angst", 1),
        ("kosl", "kols", 1),
        ("astm", "astma", 1),
        ("migrena", "migrene", 1),
        ("rehabliteirng", "rehabilitering", 2),
        ("hund", "hud", inf),
        ("pasta", "basta", inf),
        ("natt", "katt", inf),
        ("reparasjon", "depresjon", inf),
        ("trening", "regning", inf),
    ],
)
def test_slips_are_counted_and_other_words_are_not_slips(written: str, meant: str, slips: float) -> None:
    assert count_slips(written, meant) == slips


def test_the_nearest_words_are_meant() -> None:
    assert likely_meant(["deprsjon"], ["depresjon", "depresjonen", "represjon"]) == ["depresjon"]
    assert likely_meant(["hest", "heste"], ["hus"]) == []
    assert likely_meant(["hest"], []) == []


@pytest.fixture
def known() -> Known:
    vocabulary = Vocabulary()
    names, keywords = ("sovntrap", "hestehus"), ("sovn", "dagbok", "kol", "hest", "mat")
    texts = ("sovndagbok", "kolsdagbok", "matdagbok", "materiel", "tomat", "vansk", "hjem", "hjemedagbok", "dag")
    for weight, words in ((NAME, names), (KEYWORD, keywords), (LONG_TEXT, texts)):
        vocabulary.learn((word, weight, 1) for word in words)
    vocabulary.learn([("nattlog", NAME, 2)])
    return Known(vocabulary, Lore(weak=frozenset({"vansk"})), 1)


@pytest.mark.parametrize(
    ("stem", "written", "found"),
    [
        ("sovn", "sovn", ["sovntrap", "sovndagbok"]),
        ("dagbok", "dagbok", ["hjemedagbok", "kolsdagbok", "matdagbok", "sovndagbok"]),
        ("mat", "mat", ["matdagbok"]),
        ("kol", "kols", ["kolsdagbok"]),
        ("log", "log", []),
        ("ap", "ap", []),
    ],
)
def test_compounds_are_made_of_words(known: Known, stem: str, written: str, found: list[str]) -> None:
    assert compounds_with(stem, written, known) == found


def test_a_word_is_read_as_two_that_are_known(known: Known) -> None:
    assert parts_of(["so", "sovn", "sovnv", None], ["vnvansk", "vansk", "ansk", "sk"], known) == ("sovn", "vansk")
    assert parts_of(["sov"], ["nvansk"], known) is None


def test_a_word_is_about_what_it_begins_with_where_documents_are(known: Known) -> None:
    assert openings_of(["sov", "sovn", "sovnp"], known) == ["sovn"]
    assert openings_of(["van", "vansk", None], known) == []
    assert openings_of(["dag", "hjem"], known) == []


def test_the_word_list_has_words() -> None:
    """One word each: what is typed is compared word by word."""
    words = words_to_stem()
    assert [word for word in words if not word.isalpha()] == []
    assert len(words) == len(set(words)) > 500
    lore = Lore.of({word: word for word in words})
    assert "hode" in lore.kin["hovud"]
    assert "hovud" in lore.kin["hode"]
    assert "kols" in lore.kin["lungesykdom"]
    assert "lungesykdom" not in lore.kin["kols"]


async def test_no_word_of_the_list_is_taken_for_another(papers: Database) -> None:
    """`måte` would be `mat`, and nobody would find food any more."""
    words = words_to_stem()
    async with papers.driver() as connection:
        stems = {word: await connection.fetchval("SELECT search_stem($1)", word) for word in words}
    weak = {word for word in words if stems[word] in Lore.of(stems).weak}
    assert [(a, b) for a in weak for b in words if stems[a] == stems[b] and a[:2] != b[:2]] == []
