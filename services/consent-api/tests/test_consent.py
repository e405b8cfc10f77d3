"""The citizen's own consent: levels, history, entity tags, and who may not."""

import asyncio
from typing import Any

import httpx
import pytest

from devkit.testing.cursors import cursor_for

LEVELS = ["none", "basis", "full"]
PATHS = [("GET", "/v1/me/consent"), ("PUT", "/v1/me/consent"), ("GET", "/v1/me/consent/history")]


async def test_S1_who_never_answered_has_level_none(kari: Any) -> None:
    answer = await kari.get("/v1/me/consent")
    assert answer.status_code == 200
    assert answer.json() == {"level": "none", "version": 0, "changedAt": None}
    assert answer.headers["ETag"] == '"0"'


async def test_S1_the_citizen_sets_and_changes_the_level(kari: Any, clock: Any) -> None:
    set_first = await kari.set_level("basis", '"0"')
    assert set_first.status_code == 200
    assert set_first.json() == {"level": "basis", "version": 1, "changedAt": clock.written}
    clock.go(minutes=1)
    changed = await kari.set_level("full", set_first.headers["ETag"])
    assert changed.json() == {"level": "full", "version": 2, "changedAt": clock.written}
    read = await kari.get("/v1/me/consent")
    assert read.json() == changed.json()
    assert read.headers["ETag"] == changed.headers["ETag"] == '"2"'


async def test_S1_one_citizens_level_is_nobody_elses(kari: Any, ola: Any) -> None:
    await kari.set_level("full", '"0"')
    assert (await ola.get("/v1/me/consent")).json()["level"] == "none"
    assert (await ola.get("/v1/me/consent/history")).json()["items"] == []


async def test_an_answer_that_the_caller_has_is_not_sent_again(kari: Any) -> None:
    await kari.set_level("full", '"0"')
    for path in ("/v1/me/consent", "/v1/me/consent/history"):
        etag = (await kari.get(path)).headers["ETag"]
        again = await kari.get(path, {"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    await kari.set_level("none", '"1"')
    for path in ("/v1/me/consent", "/v1/me/consent/history"):
        assert (await kari.get(path, {"If-None-Match": '"1", "1-1"'})).status_code == 200


async def test_a_change_says_what_it_builds_on(kari: Any) -> None:
    refused = await kari.set_level("full", None)
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition-required")
    assert (await kari.get("/v1/me/consent")).json()["level"] == "none"


@pytest.mark.parametrize("level", LEVELS)
async def test_a_stale_etag_changes_nothing(kari: Any, rows: Any, level: str) -> None:
    await kari.set_level("basis", '"0"')
    before = await rows("consent", "consent_history", "outbox")
    refused = await kari.set_level(level, '"0"')
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition-failed")
    assert await rows("consent", "consent_history", "outbox") == before


@pytest.mark.parametrize("level", LEVELS)
async def test_S1_choosing_the_level_that_is_changes_nothing(kari: Any, rows: Any, clock: Any, level: str) -> None:
    etag = '"0"' if level == "none" else (await kari.set_level(level, '"0"')).headers["ETag"]
    before, state = await rows("consent", "consent_history", "outbox"), (await kari.get("/v1/me/consent")).json()
    clock.go(minutes=1)
    repeated = await kari.set_level(level, etag)
    assert (repeated.status_code, repeated.headers["ETag"], repeated.json()) == (200, etag, state)
    assert await rows("consent", "consent_history", "outbox") == before


@pytest.mark.parametrize("answered", [False, True])
async def test_of_changes_of_the_same_version_exactly_one_wins(kari: Any, rows: Any, answered: bool) -> None:
    etag = (await kari.set_level("basis", '"0"')).headers["ETag"] if answered else '"0"'
    answers = await asyncio.gather(*(kari.set_level("full", etag) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]
    version = 2 if answered else 1
    assert [(row["level"], row["version"]) for row in await rows("consent")] == [("full", version)]
    assert [row["version"] for row in await rows("consent_history")] == list(range(1, version + 1))
    assert len(await rows("outbox")) == version


async def test_S1_history_is_kept_newest_first(kari: Any, clock: Any) -> None:
    moments = []
    for version, level in enumerate(["full", "none", "basis"]):
        clock.go(minutes=1)
        moments.append(clock.written)
        await kari.set_level(level, f'"{version}"')
    history = (await kari.get("/v1/me/consent/history")).json()
    assert history["nextCursor"] is None
    assert history["items"] == [
        {"level": "basis", "version": 3, "changedAt": moments[2], "actedBy": "self"},
        {"level": "none", "version": 2, "changedAt": moments[1], "actedBy": "self"},
        {"level": "full", "version": 1, "changedAt": moments[0], "actedBy": "self"},
    ]


async def test_pages_of_history_stay_in_place_while_it_grows(kari: Any) -> None:
    for version in range(4):
        await kari.set_level(LEVELS[(version + 1) % 3], f'"{version}"')
    first = (await kari.get("/v1/me/consent/history?limit=2")).json()
    await kari.set_level("none", '"4"')
    second = (await kari.get(f"/v1/me/consent/history?limit=2&cursor={first['nextCursor']}")).json()
    assert [step["version"] for step in first["items"] + second["items"]] == [4, 3, 2, 1]
    assert second["nextCursor"] is None


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("cursor=nonsense", 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/me/consent/history", "a"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/me/consent/history", 999999999999), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/me/consent/history", -1), 400, "cursor-invalid"),
        ("limit=0", 422, "invalid-input"),
        ("limit=201", 422, "invalid-input"),
    ],
)
async def test_a_page_that_is_none_is_refused(kari: Any, query: str, status: int, code: str) -> None:
    refused = await kari.get(f"/v1/me/consent/history?{query}")
    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"level": "partial"}', 422, "invalid-input"),
        ('{"level": null}', 422, "invalid-input"),
        ('{"level": "full", "until": "2027-01-01"}', 422, "invalid-input"),
        ("{}", 422, "invalid-input"),
        ('{"level": "full', 400, "malformed-request"),
        ('{"level": "\\u0000"}', 400, "malformed-request"),
        ('{"level": "' + "x" * 1_100_000 + '"}', 413, "body-too-large"),
    ],
)
async def test_what_is_no_level_is_refused(kari: Any, body: str, status: int, code: str) -> None:
    headers = {"If-Match": '"0"', "Content-Type": "application/json"}
    refused = await kari.put("/v1/me/consent", body, headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await kari.get("/v1/me/consent")).headers["ETag"] == '"0"'


async def test_S6_each_change_is_an_event_in_the_same_transaction(kari: Any, rows: Any, clock: Any) -> None:
    await kari.set_level("full", '"0"')
    clock.go(minutes=1)
    await kari.set_level("none", '"1"')
    events = [row["payload"] for row in await rows("outbox")]
    assert [event["type"] for event in events] == ["consent.level-changed.v1"] * 2
    [citizen] = {row["citizen"] for row in await rows("consent")}
    assert [event["subject"] for event in events] == [citizen, citizen]
    assert events[1]["data"] == {"citizen": citizen, "level": "none", "version": 2, "changedAt": clock.written}


async def test_S6_withdrawing_takes_effect_at_once(kari: Any, check: Any) -> None:
    await kari.set_level("full", '"0"')
    assert (await check([kari.number]))[0]["active"] is True
    await kari.set_level("none", '"1"')
    [item] = await check([kari.number])
    assert (item["active"], item["reasons"]) == (False, ["no-consent"])


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_only_a_citizen_who_is_logged_in(
    client: httpx.AsyncClient, low_level: Any, system: Any, method: str, path: str
) -> None:
    missing = await client.request(method, path)
    assert (missing.status_code, missing.json()["code"]) == (401, "token-missing")
    wrong_kind = await client.request(method, path, headers=system(method, path))
    assert (wrong_kind.status_code, wrong_kind.json()["code"]) == (401, "scheme-not-accepted")
    low = await low_level.request(method, path)
    assert (low.status_code, low.json()["code"]) == (403, "security-level-too-low")
