"""Every change is kept with who and when, and can be put back; of two who edit at once, the second is told (H6)."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from devkit.testing.cursors import cursor_for

OFFICE = "/v1/offices/9900101"
HISTORY = f"{OFFICE}/history"
MESSAGE = f"{OFFICE}/info-messages/gp-panel"
ON = {"appointment": True, "renewal": True, "contact": True, "eConsultation": True}


async def test_H6_every_change_is_kept_with_who_and_when(ragnhild: Any, samira: Any, clock: Any) -> None:
    await ragnhild.set(MESSAGE, {"text": "Først"})
    first = clock.written
    clock.go(minutes=5)
    await samira.set(MESSAGE, {"text": "Så"})
    found = (await ragnhild.read(HISTORY))["items"]
    assert [(it["version"], it["content"], it["changedAt"], it["current"]) for it in found] == [
        (2, {"text": "Så"}, clock.written, True),
        (1, {"text": "Først"}, first, False),
    ]
    assert [it["changedBy"] for it in found] == [
        {"name": "Samira Nuristalam", "role": "gp", "hprNumber": "990000102"},
        {"name": "Ragnhild Bergknausen", "role": "gp", "hprNumber": "990000101"},
    ]
    assert {it["setting"] for it in found} == {"info-messages/gp-panel"}


async def test_H6_changes_of_every_kind_are_in_the_history(ragnhild: Any, secretary: Any, kari: Any) -> None:
    puts: dict[str, Any] = {
        "info-messages/gp-panel": {"text": "Hei"},
        "practitioners/990000101/info-messages/gp-panel": {"text": "Hei"},
        "triage/e-contact": {"controlQuestions": "practical-question", "checkpoint": None},
        "practitioners/990000101/services": {"switches": ON | {"contact": False}, "closures": []},
        "substitutes/990000101": {"away": [{"firstDay": "2026-12-01", "lastDay": None}], "substitutes": []},
    }
    for setting, body in puts.items():
        await ragnhild.set(f"{OFFICE}/{setting}", body)
    made = [
        await ragnhild.call("POST", f"{OFFICE}/{kind}", body)
        for kind, body in (
            ("editors", {"person": {"nationalId": secretary.number}, "name": "Turid"}),
            (
                "blocked-patients",
                {"patient": {"nationalId": kari.number}, "services": ["contact"], "reason": "Avtalt"},
            ),
        )
    ]
    for answer in made:
        assert (await ragnhild.call("DELETE", answer.headers["Location"], None, {"If-Match": "*"})).status_code == 204
    found = (await ragnhild.read(HISTORY))["items"]
    contents = {it["setting"]: it["content"] for it in found if it["setting"] in puts}
    assert contents == puts
    of_people = [(it["setting"].partition("/")[0], it["content"]) for it in found if it["setting"] not in puts]
    assert of_people == [
        ("blocked-patients", {"services": [], "reason": ""}),
        ("editors", {"name": "Turid", "active": False}),
        ("blocked-patients", {"services": ["contact"], "reason": "Avtalt"}),
        ("editors", {"name": "Turid", "active": True}),
    ]


async def test_H6_the_history_of_one_setting_page_by_page(ragnhild: Any) -> None:
    for n in range(5):
        await ragnhild.set(MESSAGE, {"text": f"Tekst {n}"})
        await ragnhild.set(f"{OFFICE}/info-messages/contact-office", {"text": f"Tekst {n}"})
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await ragnhild.read(HISTORY, setting="info-messages/gp-panel", limit=2, **cursor)
        seen += [it["version"] for it in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert seen == [5, 4, 3, 2, 1]
    forged = [cursor_for(HISTORY, position) for position in (0, "x", 2**63)]
    for wrong in ("abc", "WzBd", *forged, cursor["cursor"]):  # the last is of one setting only
        refused = await ragnhild.get(HISTORY, cursor=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


async def test_H6_another_offices_history_is_not_here(ragnhild: Any) -> None:
    await ragnhild.set("/v1/offices/9900102/info-messages/gp-panel", {"text": "Skarvøy"})
    [change] = (await ragnhild.read("/v1/offices/9900102/history"))["items"]
    assert (await ragnhild.read(HISTORY))["items"] == []
    refused = await ragnhild.call("POST", f"{HISTORY}/{change['changeId']}/restore", None, {"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (404, "change-not-found")


async def test_H6_the_same_again_is_no_change(ragnhild: Any) -> None:
    await ragnhild.set(MESSAGE, {"text": "Hei"})
    again = await ragnhild.set(MESSAGE, {"text": "  Hei "})
    assert again.json()["version"] == 1
    assert len((await ragnhild.read(HISTORY))["items"]) == 1


async def test_H6_two_who_edit_at_once_the_second_is_told_and_nothing_is_overwritten(
    ragnhild: Any, samira: Any, clock: Any
) -> None:
    etag = (await ragnhild.get(MESSAGE)).headers["ETag"]
    assert (await samira.get(MESSAGE)).headers["ETag"] == etag
    first = await ragnhild.call("PUT", MESSAGE, {"text": "Ragnhilds"}, {"If-Match": etag})
    second = await samira.call("PUT", MESSAGE, {"text": "Samiras"}, {"If-Match": etag})
    assert first.status_code == 200
    problem = second.json()
    assert (second.status_code, problem["code"]) == (412, "precondition-failed")
    assert problem["changedBy"] == "Ragnhild Bergknausen"
    assert (problem["changedAt"], problem["version"]) == (clock.written, 1)
    assert (await samira.read(MESSAGE))["text"] == "Ragnhilds"
    retried = await samira.call("PUT", MESSAGE, {"text": "Begges"}, {"If-Match": first.headers["ETag"]})
    assert retried.status_code == 200


@pytest.mark.parametrize("etag", ['"0"', "*"])
@pytest.mark.parametrize("set_before", [False, True], ids=["first", "later"])
async def test_H6_of_many_at_the_same_moment_one_gets_through(
    ragnhild: Any, samira: Any, set_before: bool, etag: str
) -> None:
    """Also of those who do not say which version they have seen: each builds on what it found."""
    if set_before:
        now = (await ragnhild.set(MESSAGE, {"text": "Før"})).headers["ETag"]
        etag = etag if etag == "*" else now
    answers = await asyncio.gather(
        *(
            person.call("PUT", MESSAGE, {"text": f"{n} {person.number[:6]}"}, {"If-Match": etag})
            for n in range(8)
            for person in (ragnhild, samira)
        )
    )
    won = [answer.json()["version"] for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 412}
    assert len(won) == 1 if etag != "*" else len(set(won)) == len(won) >= 1
    versions = [it["version"] for it in reversed((await ragnhild.read(HISTORY))["items"])]
    assert versions == list(range(1, set_before + len(won) + 1))
    assert (await ragnhild.read(MESSAGE))["version"] == versions[-1]


async def test_H6_an_earlier_version_is_put_back_as_a_new_one(ragnhild: Any, samira: Any, kari: Any) -> None:
    for text in ("Første", "Andre"):
        await ragnhild.set(MESSAGE, {"text": text})
    first = (await ragnhild.read(HISTORY))["items"][1]
    restored = await samira.call("POST", f"{HISTORY}/{first['changeId']}/restore", None, {"If-Match": '"2"'})
    assert (restored.status_code, restored.headers["ETag"]) == (200, '"3"')
    assert (restored.json()["version"], restored.json()["restoredVersion"]) == (3, 1)
    assert restored.json()["changedBy"]["name"] == "Samira Nuristalam"
    assert (await ragnhild.read(MESSAGE))["text"] == (await kari.panel())["message"]["officeText"] == "Første"
    assert [it["version"] for it in (await ragnhild.read(HISTORY))["items"]] == [3, 2, 1]


async def test_H6_putting_back_builds_on_the_version_in_force(ragnhild: Any) -> None:
    for text in ("Første", "Andre"):
        await ragnhild.set(MESSAGE, {"text": text})
    path = f"{HISTORY}/{(await ragnhild.read(HISTORY))['items'][1]['changeId']}/restore"
    missing = await ragnhild.call("POST", path)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    stale = await ragnhild.call("POST", path, None, {"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await ragnhild.read(MESSAGE))["text"] == "Andre"
    unknown = await ragnhild.call("POST", f"{HISTORY}/{uuid4()}/restore", None, {"If-Match": '"2"'})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "change-not-found")


async def test_H6_every_kind_of_setting_can_be_put_back(ragnhild: Any, secretary: Any, kari: Any) -> None:
    bodies: dict[str, tuple[Any, Any]] = {
        "info-messages/e-consultation": ({"text": "A"}, {"text": "B"}),
        "practitioners/990000101/info-messages/gp-panel": ({"text": "A"}, {"text": None}),
        "triage/e-contact": (
            {"controlQuestions": "practical-question", "checkpoint": None},
            {"controlQuestions": None, "checkpoint": "contact-topic"},
        ),
        "practitioners/990000101/services": (
            {
                "switches": ON,
                "closures": [{"kind": "night", "services": ["contact"], "closes": "16:00", "opens": "08:00"}],
            },
            {"switches": ON | {"contact": False}, "closures": []},
        ),
        "substitutes/990000101": ({"away": [{"firstDay": "2026-12-01", "lastDay": None}]}, {"away": []}),
    }
    for setting, versions in bodies.items():
        for body in versions:
            await ragnhild.set(f"{OFFICE}/{setting}", body)
        first = (await ragnhild.read(HISTORY, setting=setting))["items"][1]
        await ragnhild.call("POST", f"{HISTORY}/{first['changeId']}/restore", None, {"If-Match": '"2"'})
        now = await ragnhild.read(f"{OFFICE}/{setting}")
        assert {name: now[name] for name in versions[0]} == versions[0]


async def test_H5_H6_what_only_a_gp_may_only_a_gp_puts_back(ragnhild: Any, secretary: Any, mikkel: Any) -> None:
    for person in (secretary, mikkel):
        body = {"person": {"nationalId": person.number}, "name": "Noen"}
        made = await ragnhild.call("POST", f"{OFFICE}/editors", body)
    await ragnhild.call("DELETE", made.headers["Location"], None, {"If-Match": "*"})
    appointed = (await secretary.read(HISTORY))["items"][1]
    path = f"{HISTORY}/{appointed['changeId']}/restore"
    refused = await secretary.call("POST", path, None, {"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (403, "only-gps")
    assert (await ragnhild.call("POST", path, None, {"If-Match": '"2"'})).status_code == 200
    assert (await mikkel.get(MESSAGE)).status_code == 200


async def test_H6_a_block_is_put_back(ragnhild: Any, kari: Any) -> None:
    body = {"patient": {"nationalId": kari.number}, "services": ["contact"], "reason": "Avtalt"}
    made = await ragnhild.call("POST", f"{OFFICE}/blocked-patients", body)
    await ragnhild.call("DELETE", made.headers["Location"], None, {"If-Match": "*"})
    blocked = (await ragnhild.read(HISTORY))["items"][1]
    await ragnhild.call("POST", f"{HISTORY}/{blocked['changeId']}/restore", None, {"If-Match": '"2"'})
    assert "contact" not in [it["service"] for it in (await kari.panel())["services"]]


async def test_H6_what_would_be_refused_today_is_not_put_back(ragnhild: Any, register: Any) -> None:
    """A substitute who has left the office since."""
    path = f"{OFFICE}/substitutes/990000101"
    await ragnhild.set(path, {"substitutes": [{"hprNumber": "990000105", "firstDay": "2026-11-01"}]})
    await ragnhild.set(path, {})
    first = (await ragnhild.read(HISTORY))["items"][1]
    register.offices[9900101]["practitioners"].pop()
    refused = await ragnhild.call("POST", f"{HISTORY}/{first['changeId']}/restore", None, {"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "substitute-unknown")
