"""A catalogue of thousands of invented tools, and what people would search for in it; the same each time."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from itertools import product
from random import Random
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from catalog_api.models import Tool
from catalog_api.seeding import seed
from catalog_api.tool_rules import publishable
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from tools.bench.load import Request

_LANGUAGES: Final = ("nb", "nn", "en")
_PARTY: Final = {"organisationNumber": "299900940", "name": "Tussmørke Helseteknologi AS"}

Json = dict[str, Any]


async def fill_catalogue(database_url: str, count: int, now: datetime) -> None:
    """The rows that are read of a published tool, without the events: the other services' copies stay as they are.

    The last tool is published, so that the catalogue notices.
    """
    *most, last = generated_tools(count)
    database = Database(database_url, pool_size=1, statement_timeout=BATCH_STATEMENT)
    try:
        async with database.session() as session:
            session.add_all(Tool.published(publishable(tool, UUID(tool["toolId"]), 1), now) for tool in most)
        await seed(database, [last], now)
        async with database.driver() as connection:
            await connection.execute("ANALYZE")
    finally:
        await database.close()


def generated_tools(count: int) -> list[Json]:
    """Documents as in a seed file; three languages, three hundred words each, thousands of different ones."""
    words = _words()
    random = Random(5)  # noqa: S311 - repeatable, not secret
    names = list(product(words["topics"], words["names"], words["editions"]))
    random.shuffle(names)
    return [_tool(number, *names[number % len(names)], words, random) for number in range(count)]


def _words() -> Json:
    found: Json = json.loads(files(__package__).joinpath("catalogue.json").read_text("utf-8"))
    return found


def _tool(number: int, topic: list[str], name: list[str], edition: list[str], words: Json, random: Random) -> Json:
    people = random.choice(words["people"])
    compounds = [_compound(topic, words, random), _compound(random.choice(words["topics"]), words, random)]
    texts = {
        language: _texts(index, _name(index, topic, name, edition), topic, people, words, random)
        for index, language in enumerate(_LANGUAGES)
    }
    return {
        "toolId": str(uuid5(NAMESPACE_URL, f"generated tool {number}")),
        "supplier": _PARTY,
        "healthBody": _PARTY,
        "texts": texts,
        "purpose": random.choice(["learning", "mapping", "treatment"]),
        "kind": "standalone",
        "subjectAreas": sorted({topic[3], random.choice(words["topics"])[3]}),
        "targetGroups": [people[3]],
        "languages": ["nb", "nn", "en"],
        "keywords": list(dict.fromkeys([topic[0], *compounds, people[0]])),
        "integration": {"method": "open-link", "address": f"https://tool-{number}.example"},
        "loginRequired": random.random() < 0.5,
        "national": True,
        "prescriptionRequired": random.random() < 0.3,
        "prescribable": True,
        "minimumAge": random.choice([0, 12, 16, 18]),
    }


def _name(index: int, topic: list[str], name: list[str], edition: list[str]) -> str:
    joint = " " if index == 2 else ""
    return f"{topic[index]}{joint}{name[index]} {edition[index]}".strip().capitalize()


def _compound(topic: list[str], words: Json, random: Random) -> str:
    compound: str = topic[0] + random.choice(words["heads"])[0]
    return compound


def _texts(index: int, name: str, topic: list[str], people: list[str], words: Json, random: Random) -> Json:
    def sentences(kind: str, count: int) -> str:
        return " ".join(sentence(found[index]) for found in random.sample(words[kind], count))

    def sentence(pattern: str) -> str:
        return pattern.format(
            a=topic[index],
            b=topic[index] + random.choice(words["heads"])[min(index, 1)],
            c=random.choice(words["topics"])[index] + random.choice(words["heads"])[min(index, 1)],
            p=people[index],
            s=random.choice(words["places"])[index],
        )

    return {
        "name": name,
        "shortText": sentences("short", 2),
        "longText": sentences("long", 5),
        "practitionerText": sentences("practitioner", 2),
    }


def searches(count: int) -> list[Request]:
    """That many different searches: words, compounds, several words, misspelt ones, beginnings."""
    return [Request.make("GET", f"/v1/tools?q={quote(said)}", {}) for said in different_searches(count)]


def different_searches(count: int) -> list[str]:
    random = Random(7)  # noqa: S311 - repeatable, not secret
    found: dict[str, None] = {}
    for said in _said(_words(), random):
        found.setdefault(said)
        if len(found) == count:
            return list(found)
    raise AssertionError("endless")


def _said(words: Json, random: Random) -> Iterator[str]:
    while True:
        topic, other = random.sample(words["topics"], 2)
        head, people = random.choice(words["heads"]), random.choice(words["people"])
        compound = topic[0] + head[0]
        yield compound
        yield f"{topic[0]} {head[0]} {people[0]}"
        yield f"{head[0]} for {people[0]} med {other[0]}"
        yield _misspelt(compound, random)
        yield f"{people[0]} {compound[: random.randint(3, len(compound))]}"
        yield f"{topic[2]} {other[2]}"


def _misspelt(word: str, random: Random) -> str:
    """Two letters swapped, or one left out."""
    place = random.randrange(1, len(word) - 1)
    letters: Sequence[str] = [word[place + 1], word[place]] if random.random() < 0.5 else [word[place + 1]]
    return word[:place] + "".join(letters) + word[place + 2 :]
