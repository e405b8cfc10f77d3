"""What the citizen sees of what was sent, over HTTP."""

import pytest

from notification_service.errors import MessageRefused

BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}


async def test_V1_the_citizen_sees_what_was_sent_and_how_it_went(kari, news, clock, postman, sms) -> None:
    await kari.choose(BOTH | {"channels": {"tool": ["sms"]}})
    event = await news.prescribed(kari.reference)
    sms.outcomes = [MessageRefused("sms-refused")]
    clock.go(seconds=2)
    await postman.round()

    answer = await kari.get("notifications")

    assert answer.status_code == 200
    mail, text_message = answer.json()["items"]
    usual = {"kind": "tool-prescribed", "about": str(event.prescription_id), "category": "tool", "attempts": 1}
    assert text_message.items() >= (usual | {"channel": "sms", "status": "failed", "reason": "sms-refused"}).items()
    assert mail.items() >= (usual | {"channel": "email", "status": "sent", "reason": None}).items()
    assert (mail["to"], text_message["to"]) == ("k***@example.org", None)
    assert text_message["createdAt"] == "2026-11-22T08:00:00.000Z"
    assert mail["sentAt"] == "2026-11-22T08:00:02.000Z"
    assert "+4790000001" not in answer.text
    assert "kari@example.org" not in answer.text


async def test_V1_the_citizen_sees_why_nothing_came(kari, news) -> None:
    await news.prescribed(kari.reference)

    (item,) = (await kari.get("notifications")).json()["items"]

    assert (item["channel"], item["status"], item["reason"], item["attempts"]) == (
        None,
        "dropped",
        "no-contact-point",
        0,
    )


async def test_another_citizens_notifications_are_not_shown(kari, ola, news) -> None:
    await news.prescribed(ola.reference)

    assert (await kari.get("notifications")).json() == {"items": [], "nextCursor": None}


async def test_pages_are_newest_first_and_stable_while_new_ones_come(kari, news, clock) -> None:
    about = []
    for _ in range(5):
        about.append(str((await news.prescribed(kari.reference)).prescription_id))
        clock.go(seconds=1)

    first = (await kari.get("notifications", params={"limit": 2})).json()
    await news.prescribed(kari.reference)
    second = (await kari.get("notifications", params={"limit": 2, "cursor": first["nextCursor"]})).json()
    third = (await kari.get("notifications", params={"limit": 2, "cursor": second["nextCursor"]})).json()

    seen = [item["about"] for page in (first, second, third) for item in page["items"]]
    assert seen == about[::-1]
    assert third["nextCursor"] is None
    elsewhere = await kari.get("access-log", params={"cursor": first["nextCursor"]})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (400, "cursor-invalid")


async def test_pages_do_not_lose_what_was_made_at_the_same_moment(kari, news) -> None:
    made = {str((await news.prescribed(kari.reference)).prescription_id) for _ in range(7)}

    seen, cursor = [], None
    while True:
        page = (await kari.get("notifications", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["about"] for item in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break

    assert len(seen) == 7
    assert set(seen) == made


async def test_an_unchanged_list_is_304_and_a_changed_one_is_not(kari, news, postman) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    etag = (await kari.get("notifications")).headers["ETag"]

    assert (await kari.get("notifications", headers={"If-None-Match": etag})).status_code == 304
    await postman.round()
    changed = await kari.get("notifications", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwiYiJd", "WzEsMl0", "====", "WyIyMDI2LTExLTIyIiwiYSJd"])
async def test_a_cursor_that_is_not_ours_is_refused(kari, cursor) -> None:
    answer = await kari.get("notifications", params={"cursor": cursor})

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many"])
async def test_a_limit_outside_the_range_is_refused(kari, limit) -> None:
    answer = await kari.get("notifications", params={"limit": limit})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
