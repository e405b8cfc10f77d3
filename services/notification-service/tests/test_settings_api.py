"""A citizen's own settings, over HTTP."""

import asyncio
from typing import Any

import pytest

BOTH = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms", "email"]}}
PATH = "notification-settings"
NEVER_SET = {
    "language": "nb",
    "phone": None,
    "phoneConfirmed": False,
    "email": None,
    "emailConfirmed": False,
    "channels": {"tool": [], "reminder": [], "research": [], "survey": [], "information": []},
    "quietHours": {"start": "21:00", "end": "08:00"},
}


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


async def test_before_they_are_set_nothing_is_sent(kari) -> None:
    answer = await kari.get(PATH)

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"0"'
    assert answer.json() == NEVER_SET


async def test_settings_are_kept_per_citizen_and_read_back(kari, ola) -> None:
    changed = await kari.choose(BOTH | {"language": "nn"})

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"1"')
    read = await kari.get(PATH)
    assert read.json().items() >= {"language": "nn", "phone": "+4790000001", "email": "kari@example.org"}.items()
    assert read.json()["channels"]["tool"] == ["sms", "email"]
    assert read.headers["ETag"] == '"1"'
    assert (await ola.get(PATH)).headers["ETag"] == '"0"'


async def test_a_change_replaces_everything(kari) -> None:
    await kari.choose()
    await kari.choose({"language": "en", "channels": {"tool": []}})

    assert (await kari.get(PATH)).json() == NEVER_SET | {"language": "en"}


async def test_what_is_not_chosen_is_as_people_expect(kari) -> None:
    """Give a number and be notified there; a category that is not spoken of is like tools."""
    channels = (await kari.choose({"language": "nb", "phone": "+4790000001"})).json()["channels"]
    assert channels == {
        "tool": [],
        "reminder": [],
        "research": [],
        "survey": [],
        "information": [],
    }  # not before it is confirmed
    assert (await kari.get(PATH)).json()["channels"] == {name: ["sms"] for name in NEVER_SET["channels"]}

    await kari.choose({"language": "nb", "email": "kari@example.org"})
    assert (await kari.get(PATH)).json()["channels"] == {name: ["email"] for name in NEVER_SET["channels"]}

    await kari.choose(BOTH | {"channels": {"tool": ["email"], "research": []}})
    chosen = (await kari.get(PATH)).json()["channels"]
    assert chosen == {name: ["email"] for name in NEVER_SET["channels"]} | {"research": []}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {"start": "21:00", "end": "08:00"}),
        ({"quietHours": None}, None),
        ({"quietHours": {"start": "23:30", "end": "06:15"}}, {"start": "23:30", "end": "06:15"}),
    ],
)
async def test_V3_quiet_hours_are_the_citizens_own(kari, given, kept) -> None:
    assert (await kari.choose(BOTH | given)).status_code == 200
    assert (await kari.get(PATH)).json()["quietHours"] == kept


async def test_an_unchanged_read_is_304(kari) -> None:
    await kari.choose()
    answer = await kari.get(PATH, headers={"If-None-Match": '"1"'})

    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"1"')
    assert (await kari.get(PATH, headers={"If-None-Match": '"0"'})).status_code == 200


async def test_a_change_says_what_it_builds_on(kari) -> None:
    answer = await kari.request("PUT", PATH, json=BOTH)

    assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required")


@pytest.mark.parametrize("seen", ['"0"', '"7"', "nonsense", ""])
async def test_a_stale_change_is_refused(kari, seen) -> None:
    await kari.choose()
    answer = await kari.request("PUT", PATH, json=BOTH | {"language": "en"}, headers={"If-Match": seen})

    assert (answer.status_code, answer.json()["code"]) == (412, "precondition-failed")
    assert (await kari.get(PATH)).json()["language"] == "nb"


@pytest.mark.parametrize("before", [0, 1])
async def test_of_several_changes_at_once_one_succeeds(kari, before) -> None:
    for _ in range(before):
        await kari.choose()
    answers = await asyncio.gather(*(kari.choose(seen=f'"{before}"') for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
    assert (await kari.get(PATH)).headers["ETag"] == f'"{before + 1}"'


@pytest.mark.parametrize(("channel", "missing"), [("sms", "phone"), ("email", "email")])
async def test_a_chosen_channel_has_a_contact_point(kari, channel, missing) -> None:
    answer = await kari.choose(BOTH | {"channels": {"tool": [channel]}, missing: None})

    assert (answer.status_code, answer.json()["code"]) == (422, "contact-point-missing")
    assert answer.json()["channel"] == channel
    assert (await kari.get(PATH)).headers["ETag"] == '"0"'


@pytest.mark.parametrize("phone", ["+4790000001", "+4741234567", "+46701234567", "+12025550123"])
async def test_phone_numbers_of_the_world_are_taken(kari, phone) -> None:
    assert (await kari.choose(BOTH | {"phone": phone})).status_code == 200


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "90000001",
        "+479000000",
        "+47900000011",
        "+4710000001",
        "+47 90000001",
        "+0790000001",
        "+4790000001\n",
        "+47900000٠١",
        "+1234567",
        "+1234567890123456",
    ],
)
async def test_what_is_no_phone_number_is_refused(kari, phone) -> None:
    answer = await kari.choose(BOTH | {"phone": phone})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert codes(answer)[0] in ("phone-malformed", "string-too-long")
    assert answer.json()["errors"][0]["pointer"] == "/body/phone"
    assert not phone.strip() or phone.strip() not in answer.text


@pytest.mark.parametrize(
    "email",
    [
        "kari@example.org",
        "kari.o'hara+helse@post.example.org",
        "k@xn--blbr-roah.no",
        "kari@blåbær.no",
        "a" * 64 + "@example.org",
    ],
)
async def test_addresses_are_taken(kari, email) -> None:
    assert (await kari.choose(BOTH | {"email": email})).status_code == 200


@pytest.mark.parametrize(
    "email",
    [
        "",
        "kari",
        "kari@example",
        "@example.org",
        "kari@",
        "kari@@example.org",
        "kari@example..org",
        ".kari@example.org",
        "kari.@example.org",
        "kari@-example.org",
        "kari@127.0.0.1",
        "kari@[127.0.0.1]",
        "kari ola@example.org",
        "kari@example.org,ola@example.org",
        "kari@example.org\r\nBcc: ola@example.org",
        "kari@example.org\n",
        "\nkari@example.org",
        "Kari <kari@example.org>",
        '"kari"@example.org',
        "kåre@example.org",
        "kari@blåb ær.no",
        "kari%0a@example.org\x00",
        "a" * 65 + "@example.org",
        "a@" + "b." * 130 + "org",
    ],
)
async def test_what_is_no_address_or_could_end_a_header_line_is_refused(kari, email) -> None:
    answer = await kari.choose(BOTH | {"email": email})

    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("invalid-input", "malformed-request")
    assert not email or email not in answer.text


@pytest.mark.rule("I1")
async def test_I1_an_address_that_holds_a_national_identity_number_is_not_kept(kari, rows) -> None:
    for address in (f"{kari.number}@example.org", f"x9{kari.number}7@example.org", f"kari@{kari.number}.no"):
        answer = await kari.choose(BOTH | {"email": address})
        assert codes(answer) == ["email-holds-national-id"]
        assert kari.number not in answer.text
    assert (await kari.choose(BOTH | {"email": "12345678901@example.org"})).status_code == 200
    assert kari.number not in str(await rows("SELECT * FROM notification_settings"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"language": "se"}, "literal-error"),
        ({"channels": {"tool": ["fax"]}}, "literal-error"),
        ({"channels": {"tool": ["sms", "sms"]}}, "channel-repeated"),
        ({"quietHours": {"start": "21:00", "end": "21:00"}}, "quiet-all-day"),
        ({"quietHours": {"start": "24:00", "end": "08:00"}}, "clock-malformed"),
        ({"quietHours": {"start": "21:00:30", "end": "08:00"}}, "clock-malformed"),
        ({"quietHours": {"start": 21, "end": "08:00"}}, "clock-malformed"),
        ({"quietHours": {"start": "21:00"}}, "missing"),
        ({"channels": {"tool": [], "campaign": []}}, "extra-forbidden"),
        ({"mobile": "+4790000001"}, "extra-forbidden"),
        ({"phone": 90000001}, "string-type"),
    ],
)
async def test_what_does_not_have_the_documented_shape_is_refused(kari, change, code) -> None:
    answer = await kari.choose(BOTH | change)

    assert (answer.status_code, codes(answer)) == (422, [code])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"language": "\\u0000"}', b'{"language": "\\ud800"}'])
async def test_a_body_that_cannot_be_read_is_refused(kari, body) -> None:
    headers = {"If-Match": '"0"', "Content-Type": "application/json"}
    answer = await kari.request("PUT", PATH, content=body, headers=headers)

    assert answer.status_code in (400, 422)


async def test_a_body_that_is_too_large_is_refused(kari) -> None:
    headers = {"If-Match": '"0"', "Content-Type": "application/json"}
    answer = await kari.request("PUT", PATH, content=b" " * 2_000_000, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("path", ["notification-settings", "notifications"])
async def test_without_login_nothing_is_shown(client, path) -> None:
    answer = await client.get(f"/v1/me/{path}")

    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
