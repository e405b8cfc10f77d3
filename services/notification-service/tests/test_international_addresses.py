"""V1: e-mail addresses with æ, ø and å, at domains (IDNA 2008 by UTS 46) and before the @ (SMTPUTF8, RFC 6531)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from devkit.testing.national_ids import generate
from devkit.testing.tokens import DPoPAuth, ProofKey
from notification_service.digests import Digests
from notification_service.preferences.loading import load
from notification_service.preferences.models import CitizenSettings, masked

PATH = "notification-settings"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def told(answer: Any) -> list[tuple[str, str]]:
    return [(wrong["pointer"], wrong["code"]) for wrong in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("given", "sent_to", "read_back"),
    [
        ("kari@blåbær.no", "kari@xn--blbr-roah.no", "kari@blåbær.no"),
        ("kari@BLÅBÆR.No", "kari@xn--blbr-roah.no", "kari@blåbær.no"),
        ("kari@bla\u030abær.no", "kari@xn--blbr-roah.no", "kari@blåbær.no"),  # å as two characters, as on a Mac
        ("kari@xn--blbr-roah.no", "kari@xn--blbr-roah.no", "kari@blåbær.no"),
        ("Kari@post.ås.kommune.no", "Kari@post.xn--s-1fa.kommune.no", "Kari@post.ås.kommune.no"),
        ("Kari@Example.org", "Kari@Example.org", "Kari@Example.org"),
    ],
)
async def test_V1_a_domain_is_sent_in_ascii_and_read_as_it_is_written(
    kari, news, postman, email, rows, given, sent_to, read_back
) -> None:
    answer = await kari.choose({"language": "nb", "email": given})
    assert (answer.status_code, answer.json()["email"]) == (200, read_back)
    await news.prescribed(kari.reference)
    await postman.round()
    assert [message.to for message in email.calls] == [sent_to]
    assert (await kari.get(PATH)).json()["email"] == read_back
    kept = await rows("SELECT email FROM notification_settings")
    assert [row["email"] for row in kept] == [sent_to]
    again = await kari.ask_for({"language": "nb", "email": read_back})
    assert again.json()["emailConfirmed"] is True, "what one has read back is the same address"


@pytest.mark.parametrize(
    "email", ["kari@bå_r.no", "kari@-å.no", "kari@☃.no", "kari@xn--a.no", "kari@" + "å" * 70 + ".no", "kari@å", "@å.no"]
)
async def test_V1_what_is_no_domain_is_refused(kari, email) -> None:
    answer = await kari.ask_for({"language": "nb", "email": email})
    assert (answer.status_code, told(answer)) == (422, [("/body/email", "email-malformed")])


@pytest.mark.rule("I1")
@pytest.mark.parametrize("written", ["{0}å.no", "å.{0}.no"])
async def test_I1_a_domain_with_a_national_identity_number_is_not_kept(kari, written) -> None:
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    for number in (kari.number, kari.number.translate(full_width)):
        answer = await kari.ask_for({"language": "nb", "email": "kari@" + written.format(number)})
        assert told(answer) == [("/body/email", "email-holds-national-id")]


LETTERS = {
    "nb": "E-posten vår kan ikke sendes til adresser med slike bokstaver foran @. Oppgi en annen adresse.",
    "nn": "E-posten vår kan ikkje sendast til adresser med slike bokstavar framfor @. Oppgi ei anna adresse.",
    "en": "Our e-mail cannot be sent to addresses with such letters before the @. Give another address.",
}


@pytest.mark.parametrize("language", LETTERS)
async def test_V1_letters_before_the_at_are_refused_in_words_where_our_mail_server_cannot_carry_them(
    kari, language
) -> None:
    tag = (await kari.get(PATH)).headers["ETag"]
    headers = {"If-Match": tag, "Accept-Language": language}
    body = {"language": "nb", "email": "kåre@blåbær.no"}
    answer = await kari.request("PUT", PATH, json=body, headers=headers)
    assert (answer.status_code, answer.headers["content-language"]) == (422, language)
    [wrong] = answer.json()["errors"]
    assert wrong == {"pointer": "/body/email", "code": "email-needs-smtputf8", "detail": LETTERS[language]}


async def test_V1_letters_before_the_at_are_taken_where_it_can(kari, replica, news, postman, email) -> None:
    _, kari.client = await replica(smtp_utf8=True)
    answer = await kari.choose({"language": "nb", "email": "ka\u030are@blåbær.no"})
    assert (answer.status_code, answer.json()["email"]) == (200, "kåre@blåbær.no")
    await news.prescribed(kari.reference)
    await postman.round()
    assert [message.to for message in email.calls] == ["kåre@xn--blbr-roah.no"]
    for malformed in ("kå re@a.no", "kå\u2028re@a.no", "☃@a.no", "kå.@a.no", "²å@a.no", "å" * 33 + "@a.no"):
        assert told(await kari.ask_for({"language": "nb", "email": malformed})) == [("/body/email", "email-malformed")]


async def test_V6_a_contact_for_tests_is_the_same_address_in_both_forms(
    client, world, helseid, running_clock, app, database, mailbox, replica
) -> None:
    key = ProofKey()
    staff = {"pid": generate(date(1971, 2, 3), 0), "organisation": "999977774"}

    async def register(by: Any, address: str) -> Any:
        token = helseid.staff_token("nhn:varsling", "nhn:varsling/send", key.thumbprint, **staff)
        auth = DPoPAuth(token, key, clock=running_clock)
        return await by.post("/v1/test-contacts", json={"language": "nb", "email": address}, auth=auth)

    made = await register(client, "me@blåbær.no")
    assert (made.status_code, made.json()["to"]) == (201, "m***@blåbær.no")
    assert [envelope.rcpt_tos for envelope in mailbox.taken] == [["me@xn--blbr-roah.no"]]
    refused = await register(client, "måns@blåbær.no")
    assert told(refused) == [("/body/email", "email-needs-smtputf8")]
    _, able = await replica(smtp_utf8=True)
    not_sent = await register(able, "måns@blåbær.no")  # the setting says more than the server does
    assert (not_sent.status_code, len(mailbox.taken)) == (503, 1)


def test_V6_a_shortened_address_is_shown_as_it_is_written() -> None:
    assert masked("me@xn--blbr-roah.no") == "m***@blåbær.no"
    assert masked("me@xn--a.no") == "m***@xn--a.no"
    assert Digests.keyed(b"k" * 32).of("email", "ME@XN--BLBR-ROAH.NO") == Digests.keyed(b"k" * 32).of(
        "email", "me@xn--blbr-roah.no"
    )


async def test_V1_what_is_loaded_is_converted_too(app, database, rows, kari, ola, child) -> None:
    given = {kari: "kari@blåbær.no", ola: "no address", child: "kåre@ås.no"}
    settings = [(one.reference, CitizenSettings("nb", "+4790000001", address)) for one, address in given.items()]
    assert await load(database, settings, NOW) == 3
    kept = {row["citizen"]: row["email"] for row in await rows("SELECT citizen, email FROM notification_settings")}
    assert [kept[one.reference] for one in given] == ["kari@xn--blbr-roah.no", None, "kåre@xn--s-1fa.no"]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("Ås <varsel@ås.no>", "Ås <varsel@xn--s-1fa.no>"),
        ("varsel@ås.no", "varsel@xn--s-1fa.no"),
        ("Ås <varsel@localhost>", "Ås <varsel@localhost>"),
    ],
)
def test_our_own_domain_is_sent_in_ascii_too(settings, given, used) -> None:
    told = settings.model_dump()
    assert type(settings)(**told | {"mail_from": given}).mail_from == used
    with pytest.raises(ValueError, match="before the @"):
        type(settings)(**told | {"mail_from": "Ås <årsak@ås.no>"})
