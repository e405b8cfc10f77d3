"""V6, I1: lists of recipients stream in; each number is checked, becomes a pseudonym, and is forgotten."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from devkit.testing.national_ids import generate
from notification_service.campaigns import lines, uploading

pytestmark = pytest.mark.rule("V6")

CSV = {"Content-Type": "text/csv"}
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
async def made(author: Any, draft: Any) -> dict[str, Any]:
    return (await author("POST", "", json=draft())).json()


@pytest.fixture
def upload(author: Any, made: dict[str, Any]) -> Any:
    async def post(content: Any, headers: dict[str, str] = CSV) -> httpx.Response:
        return await author("POST", f"/{made['campaignId']}/recipients", content=content, headers=headers)

    return post


async def test_V6_csv_and_ndjson_are_taken(upload, people, rows) -> None:
    some = await people(4)
    first = await upload(f"nationalId;reference\n{some[0].number};D-1\r\n{some[1].number};\n")
    second = await upload(f'\ufeff"reference","NationalID"\n"D,3",{some[2].number}')
    third = await upload(json.dumps({"nationalId": some[3].number, "reference": "D-4"}) + "\n", NDJSON)

    assert [answer.json()["added"] for answer in (first, second, third)] == [2, 1, 1]
    kept = await rows("SELECT citizen, line, reference, status FROM campaign_recipient ORDER BY line")
    assert [row["citizen"] for row in kept] == [one.reference for one in some]
    assert [row["reference"] for row in kept] == ["D-1", None, "D,3", "D-4"]
    assert len({row["line"] for row in kept}) == 4


async def test_V6_bad_lines_are_told_by_number_and_the_others_are_taken(upload, people) -> None:
    some = await people(2)
    wrong = some[0].number[:-1] + str((int(some[0].number[-1]) + 1) % 10)
    lines = [
        "nationalId;reference",
        f"{some[0].number};D-1",
        "",
        f"{wrong};D-2",
        "123;D-3",
        f"{some[1].number};D-6;D-7",
        f"{some[1].number};{some[0].number}",
        f"{some[1].number};" + "x" * 1000,
        f'"{some[1].number};D-8',
        f"{some[1].number};\x07",
        f"{some[1].number};D-10",
    ]
    answer = (await upload("\n".join(lines))).json()

    assert (answer["received"], answer["added"], answer["rejectedCount"]) == (9, 2, 7)
    assert [(bad["line"], bad["code"]) for bad in answer["rejected"]] == [
        (4, "national-id-check-digits"),
        (5, "national-id-malformed"),
        (6, "line-unreadable"),
        (7, "reference-invalid"),
        (8, "line-too-long"),
        (9, "line-unreadable"),
        (10, "reference-invalid"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        '{"nationalId": 12345678901}',
        '{"name": "Kari"}',
        '{"nationalId": "1", "x": 1}',
        '{"reference": {}}',
        "nationalId;x",
        "[" * 1000,
    ],
)
async def test_V6_a_line_of_json_that_is_no_recipient_is_a_bad_line(upload, line) -> None:
    answer = (await upload(line + "\n", NDJSON)).json()
    assert (answer["added"], answer["rejectedCount"]) == (0, 1)


async def test_V6_bytes_that_are_no_text_are_bad_lines(upload, people) -> None:
    (one,) = await people(1)
    answer = (await upload(b"nationalId\n\x81\x8d\n" + one.number.encode() + b"\n")).json()
    assert (answer["added"], [(bad["line"], bad["code"]) for bad in answer["rejected"]]) == (
        1,
        [(2, "line-unreadable")],
    )


@pytest.mark.parametrize(
    "content", ["", "\n\n", "fnr\n11111111111\n", "nationalId;nationalId\n", "nationalId;name\n", b"\xff\n"]
)
async def test_V6_a_list_without_its_header_is_refused(upload, content) -> None:
    answer = await upload(content)
    assert (answer.status_code, answer.json()["code"]) == (422, "recipients-unreadable")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
async def test_V6_other_kinds_of_content_are_refused(upload, kind) -> None:
    answer = await upload("nationalId\n", {"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


async def test_V6_the_same_list_again_adds_nobody_twice(upload, people) -> None:
    some = await people(3)
    content = "nationalId\n" + "".join(f"{one.number}\n" for one in [*some, some[0]])

    first, second = (await upload(content)).json(), (await upload(content)).json()

    assert (first["added"], first["repeated"]) == (3, 1)
    assert (second["added"], second["repeated"]) == (0, 4)


@pytest.mark.parametrize(
    ("reasons", "reason"),
    [
        (["deceased", "no-consent"], "deceased"),
        (["no-consent"], "no-consent"),
        (["consent-basis-only", "reserved"], "reserved"),
        (["something-new"], "something-new"),
    ],
)
async def test_V6_S4_who_cannot_be_contacted_is_set_aside_with_the_reason(
    upload, people, world, rows, reasons, reason
) -> None:
    some = await people(2)
    world.reasons[some[1].number] = reasons
    answer = (await upload("nationalId\n" + "".join(f"{one.number}\n" for one in some))).json()

    assert (answer["added"], answer["excluded"]) == (2, {"other": 1})
    kept = {row["citizen"]: (row["status"], row["reason"]) for row in await rows("SELECT * FROM campaign_recipient")}
    assert kept == {some[0].reference: ("waiting", None), some[1].reference: ("excluded", reason)}


async def test_V6_minors_are_set_aside(upload, world) -> None:
    minors = [generate(date(2009, 5, day), 0) for day in (1, 2, 3, 4)]
    numbers = [*minors, generate(date(2008, 11, 21), 0), generate(date(2008, 11, 24), 0)]
    answer = (await upload("nationalId\n" + "\n".join(numbers))).json()

    assert answer["excluded"] == {"too-young": 5}  # the fifth turned eighteen yesterday


@pytest.mark.parametrize(
    ("moment", "excluded"),
    [(datetime(2026, 11, 22, 22, 30, tzinfo=UTC), {"other": 1}), (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), {})],
    ids=["half an hour before the birthday", "half an hour into it"],
)
async def test_V6_birthdays_begin_at_midnight_in_norway(upload, clock, moment, excluded) -> None:
    clock.now = moment
    answer = (await upload(f"nationalId\n{generate(date(2008, 11, 23), 0)}")).json()

    assert (answer["added"], answer["excluded"]) == (1, excluded)


async def test_V6_research_is_asked_about_as_research(upload, people, world) -> None:
    (one,) = await people(1)
    await upload(f"nationalId\n{one.number}\n")

    [asked] = world.about("consent.test")
    assert json.loads(asked.content) == {"nationalIds": [one.number], "area": "research"}


async def test_V6_when_consent_cannot_be_asked_the_same_list_again_completes_it(
    upload, author, made, people, world, rows
) -> None:
    some = await people(3)
    content = "nationalId\n" + "".join(f"{one.number}\n" for one in some)
    world.away.add("consent.test")
    failed = await upload(content)
    assert (failed.status_code, failed.json()["code"]) == (503, "consent-service-unavailable")
    assert failed.headers["Retry-After"] == "10"

    unfinished = await author("POST", f"/{made['campaignId']}/check")
    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "upload-unfinished")
    world.away.clear()
    assert (await upload(content)).json()["added"] == 3
    assert (await author("POST", f"/{made['campaignId']}/check")).json()["state"] == "checked"


async def test_V6_an_upload_that_breaks_off_leaves_it_unfinished(author, made, people) -> None:
    some = await people(2)

    async def body() -> AsyncIterator[bytes]:
        yield f"nationalId\n{some[0].number}\n".encode()
        raise ConnectionError("gone")

    await author("POST", f"/{made['campaignId']}/recipients", content=body(), headers=CSV)
    answer = await author("POST", f"/{made['campaignId']}/check")
    assert (answer.status_code, answer.json()["code"]) == (409, "upload-unfinished")
    emptied = await author("DELETE", f"/{made['campaignId']}/recipients")
    assert (emptied.status_code, emptied.json()["state"]) == (200, "draft")


async def test_V6_a_later_upload_ends_an_earlier_one(author, made, people, database, upload) -> None:
    """Two half lists do not make a whole one."""
    some = await people(2)

    async def slow() -> AsyncIterator[bytes]:
        yield f"nationalId\n{some[0].number}\n".encode()
        assert (await upload(f"nationalId\n{some[1].number}\n")).status_code == 200
        yield b"\n"

    answer = await author("POST", f"/{made['campaignId']}/recipients", content=slow(), headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload-unfinished")


async def test_V6_more_than_a_hundred_thousand_are_refused(upload, people, monkeypatch) -> None:
    from notification_service.campaigns import service

    monkeypatch.setattr(service, "MOST_RECIPIENTS", 2)
    some = await people(3)
    answer = await upload("nationalId\n" + "".join(f"{one.number}\n" for one in some))
    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-recipients")


async def test_V6_a_list_of_ten_thousand_comes_in_pieces(upload, people, world, rows) -> None:
    some = await people(2500)
    content = "nationalId;reference\n" + "".join(f"{one.number};D-{n}\n" for n, one in enumerate(some))

    async def pieces() -> AsyncIterator[bytes]:
        data = content.encode()
        for start in range(0, len(data), 777):
            yield data[start : start + 777]

    answer = (await upload(pieces())).json()

    assert (answer["received"], answer["added"]) == (2500, 2500)
    assert [len(json.loads(r.content)["nationalIds"]) for r in world.about("consent.test")] == [1000, 1000, 500]


async def test_V6_a_line_without_end_is_not_gathered_up(upload, people) -> None:
    (one,) = await people(1)

    async def endless() -> AsyncIterator[bytes]:
        yield b"nationalId\n"
        for _ in range(300):
            yield b"1" * 10_000
        yield f"\n{one.number}\n".encode()

    answer = (await upload(endless())).json()
    assert (answer["added"], [(bad["line"], bad["code"]) for bad in answer["rejected"]]) == (1, [(2, "line-too-long")])


async def test_V6_a_body_beyond_all_measure_is_refused(upload) -> None:
    answer = await upload(b"nationalId\n" + b"1\n" * 11_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.rule("I1")
async def test_I1_no_number_is_left_anywhere(upload, people, rows, logged) -> None:
    some = await people(3)
    wrong = some[0].number[:-1] + str((int(some[0].number[-1]) + 1) % 10)
    answer = await upload("nationalId\n" + "".join(f"{n}\n" for n in [wrong, *(one.number for one in some)]))

    kept = answer.text + logged()
    for table in ("campaign", "campaign_recipient", "campaign_step", "outbox"):
        kept += str(await rows(f"SELECT * FROM {table}"))  # noqa: S608 - names of our own
    assert [number for number in [wrong, *(one.number for one in some)] if number in kept] == []


async def test_V6_recipients_added_after_the_check_undo_it(upload, author, made, people) -> None:
    some = await people(2)
    await upload(f"nationalId\n{some[0].number}\n")
    await author("POST", f"/{made['campaignId']}/check")
    await upload(f"nationalId\n{some[1].number}\n")

    shown = (await author("GET", f"/{made['campaignId']}")).json()
    assert (shown["state"], shown["check"]) == ("draft", None)


async def test_V6_a_list_of_more_lines_than_recipients_can_need_is_cut_off(upload, monkeypatch) -> None:
    monkeypatch.setattr(lines, "MOST_LINES", 20)
    blank = await upload("nationalId\n" + "\n" * 30)
    wrong = await upload("nationalId\n" + "1\n" * 30)
    assert {(answer.status_code, answer.json()["code"]) for answer in (blank, wrong)} == {(422, "too-many-recipients")}


async def test_V6_others_get_their_turn_while_bad_lines_are_read() -> None:
    turns, done = 0, False

    async def others() -> None:
        nonlocal turns
        while not done:
            turns += 1
            await asyncio.sleep(0)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"nationalId\n" + b"1\n" * 5000

    beside = asyncio.create_task(others())
    read = uploading.read_recipients("text/csv", chunks(), date(2026, 11, 22), allow_synthetic=True)
    assert len([line async for line in read]) == 5000
    done = True
    await beside
    assert turns >= 10


async def test_V6_a_header_that_is_too_long_is_told_of(upload) -> None:
    answer = await upload("nationalId;" + "x" * 200_000 + "\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "recipients-unreadable")


async def test_V6_nobody_is_looked_up_by_lists_of_one(author, person, people, draft, replica) -> None:
    """What an upload tells of its recipients is about a person when there is one: campaigns are free, lists are not."""
    _, author.client = await replica(organisation_lists_per_day=4)
    person.client = author.client
    some = await people(5)
    codes = []
    for number, one in enumerate(some, 1):
        who = person if number % 2 else author
        made = (await author("POST", "", json=draft(round=number))).json()
        line, headers = f"nationalId\n{one.number}\n", {"Content-Type": "text/csv"}
        answer = await who("POST", f"/{made['campaignId']}/recipients", content=line, headers=headers)
        codes.append(answer.json().get("violatedPolicies"))
    assert codes == [None] * 4 + [["lists-organisation-day"]]
    checked = await author("POST", f"/{made['campaignId']}/check")
    assert (checked.status_code, checked.json()["code"]) == (429, "rate-limit-exceeded")


async def test_V6_campaigns_have_an_end_too(author, stranger, draft, replica) -> None:
    _, author.client = await replica(organisation_campaigns_per_day=2)
    stranger.client = author.client
    key = {"Idempotency-Key": "the-second"}
    answers = [await author("POST", "", json=draft(round=n), headers=key if n == 2 else {}) for n in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (await author("POST", "", json=draft(round=2), headers=key)).status_code == 201  # known already
    assert (await stranger("POST", "", json=draft())).status_code == 201
