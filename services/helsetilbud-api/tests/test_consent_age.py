"""A copy of consents that nobody has confirmed for long tells nothing: what depends on it is hidden, and says why (S6).

The reader is the database's clock, by which the follower confirms.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

LISTS = (
    "/v1/me/tools",
    "/v1/me/tools?q=søvn",
    "/v1/me/feed",
    "/v1/me/available-tools",
    "/v1/me/available-tools?q=søvn",
    "/v1/me/history",
)
UNKNOWN = (503, "consent-unknown")

Aged = Callable[[str], Awaitable[None]]


@pytest.fixture
def confirmed(database: Any) -> Aged:
    """Consents were confirmed so long ago; tools just now."""

    async def age(ago: str) -> None:
        at = f"now() - interval '{ago}'" if ago != "never" else "NULL"
        async with database.driver() as connection:
            await connection.execute(f"UPDATE feed_position SET confirmed_at = {at} WHERE feed = 'consents'")  # noqa: S608

    return age


async def answered(citizen: Any) -> set[tuple[int, str | None]]:
    """Statuses of the lists, with the codes of their problems; nothing of anybody's is in those."""
    answers = [await citizen.get(path) for path in LISTS]
    assert not any("Søvntrappa" in answer.text or "Eksempel" in answer.text for answer in answers if answer.is_error)
    return {(answer.status_code, answer.json().get("code")) for answer in answers}


@pytest.mark.rule("S6")
@pytest.mark.parametrize("ago", ["5 minutes 1 second", "1 day", "never"])
async def test_S6_lists_hide_while_the_copy_is_too_old_to_tell(
    kari: Any, prescribed: Any, confirmed: Aged, ago: str
) -> None:
    etag = (await kari.get("/v1/me/tools")).headers["ETag"]
    await confirmed(ago)
    assert await answered(kari) == {UNKNOWN}
    problem = await kari.get("/v1/me/tools", {"Accept-Language": "en", "If-None-Match": etag})
    assert problem.json()["title"] == "Your tools are hidden while we cannot check your consent. Try again in a moment."
    assert int(problem.headers["Retry-After"]) > 0
    await confirmed("1 second")
    assert await answered(kari) == {(200, None)}


@pytest.mark.rule("S6")
async def test_S6_a_short_outage_of_consent_api_hides_nothing(kari: Any, prescribed: Any, confirmed: Aged) -> None:
    for ago in ("1 minute", "4 minutes 50 seconds"):
        await confirmed(ago)
        assert await answered(kari) == {(200, None)}


@pytest.mark.rule("S6")
async def test_S6_without_any_reading_of_the_feed_nothing_is_shown(kari: Any, prescribed: Any, database: Any) -> None:
    async with database.driver() as connection:
        await connection.execute("DELETE FROM feed_position WHERE feed = 'consents'")
    assert await answered(kari) == {UNKNOWN}


@pytest.mark.rule("S6", "M2")
async def test_S6_what_is_done_with_tools_waits_while_the_copy_is_too_old(
    kari: Any, others: Any, prescribed: Any, tool: UUID, confirmed: Aged, rows: Any
) -> None:
    another = uuid4()
    await others.tell(others.published(another, prescription_required=False))
    [entry] = await kari.feed()
    await confirmed("6 minutes")
    before = await rows("SELECT * FROM citizen_tool")
    for answer in (
        await kari.add(another, {"Idempotency-Key": "add"}),
        await kari.delete(tool),
        await kari.get(f"/v1/me/tools/{tool}"),
        await kari.get(f"/v1/me/feed/{entry['feedEventId']}"),
        await kari.get("/v1/me/feed/stream"),
    ):
        assert (answer.status_code, answer.json()["code"]) == UNKNOWN
        assert int(answer.headers["Retry-After"]) > 0
        assert "Eksempel" not in answer.text
    assert await rows("SELECT * FROM citizen_tool") == before
    await confirmed("1 second")
    assert (await kari.add(another, {"Idempotency-Key": "add"})).status_code == 201
    assert (await kari.delete(tool)).status_code == 204


@pytest.mark.rule("S6", "M3")
async def test_S6_an_opening_goes_by_what_consent_api_itself_has_just_said(
    kari: Any, prescribed: Any, tool: UUID, confirmed: Aged, representations: Any
) -> None:
    await confirmed("6 minutes")
    assert (await kari.open(tool)).status_code == 200
    representations.against = ["no-consent"]
    assert (await kari.open(tool)).json()["code"] == "tools-hidden"
