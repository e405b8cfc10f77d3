"""The client of the mail server, against a real one on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from pydantic import SecretStr

from notification_service.clients import Message, Receipt
from notification_service.clients.email import MailServer
from notification_service.errors import MessageRefused, ProviderUnavailable

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOTIFICATION = UUID("0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10")
MESSAGE = Message(NOTIFICATION, "kari@example.org", "Noe nytt på Helsenorge", "Hei!\n\nÆrlig talt: blåbær.\n", "nb")


class Postbox:
    """Answers as told, step by step of the conversation; takes everything when nothing is said."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: list[Envelope] = []
        self.logins: list[Any] = []

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        if "DATA" not in self.answers:
            self.taken.append(envelope)
        return self.answers.get("DATA", "250 Kept")

    def authenticate(self, server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def port(postbox: Postbox) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def conversation() -> SMTP:
        return SMTP(
            postbox, hostname="mail.test", authenticator=postbox.authenticate, auth_require_tls=False, loop=loop
        )

    server = await loop.create_server(conversation, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@pytest.fixture
def mail_server(port: int) -> Callable[..., MailServer]:
    def make(**settings: Any) -> MailServer:
        usual = {"sender": "Helsenorge <varsel@helsenorge.test>", "clock": lambda: NOW, "starttls": False}
        return MailServer("127.0.0.1", settings.pop("port", port), **usual | settings)

    return make


async def test_a_mail_has_what_a_mail_must_have(mail_server, postbox) -> None:
    receipt = await mail_server().send(MESSAGE)

    (envelope,) = postbox.taken
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert receipt == Receipt(f"<{NOTIFICATION}@helsenorge.test>")
    assert (envelope.mail_from, envelope.rcpt_tos) == ("varsel@helsenorge.test", ["kari@example.org"])
    assert {name: str(value) for name, value in mail.items()} == {
        "From": "Helsenorge <varsel@helsenorge.test>",
        "To": "kari@example.org",
        "Subject": "Noe nytt på Helsenorge",
        "Date": "Sun, 22 Nov 2026 08:00:00 +0000",
        "Message-ID": f"<{NOTIFICATION}@helsenorge.test>",
        "Content-Language": "nb",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert envelope.content.isascii()  # any server on the way can carry it


async def test_V3_the_same_notification_has_the_same_message_id(mail_server, postbox) -> None:
    await mail_server().send(MESSAGE)
    await mail_server().send(MESSAGE)

    assert len({message_from_bytes(envelope.content)["Message-ID"] for envelope in postbox.taken}) == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_V4_a_message_refused_for_good_is_final(mail_server, postbox, step) -> None:
    postbox.answers[step] = "550 5.1.1 kari@example.org does not live here"

    with pytest.raises(MessageRefused, match=r"^mail-refused$"):
        await mail_server().send(MESSAGE)


@pytest.mark.parametrize(
    ("step", "answer"), [("RCPT", "450 Later"), ("DATA", "451 Later"), ("MAIL", "421 Later"), ("MAIL", "550 Not you")]
)
async def test_V4_a_message_put_off_or_a_sender_refused_passes(mail_server, postbox, step, answer) -> None:
    postbox.answers[step] = answer

    with pytest.raises(ProviderUnavailable, match=r"^mail-server-unavailable$"):
        await mail_server().send(MESSAGE)


async def test_V4_a_server_that_is_away_passes(mail_server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(ProviderUnavailable, match=r"^mail-server-unavailable$"):
            await mail_server(port=taken.getsockname()[1]).send(MESSAGE)


@pytest.mark.parametrize("greeting", [b"", b"554 Go away\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_V4_something_else_than_a_mail_server_passes(mail_server, greeting) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    other = await asyncio.start_server(answer, "127.0.0.1", 0)
    with pytest.raises(ProviderUnavailable, match=r"^mail-server-unavailable$"):
        await mail_server(port=other.sockets[0].getsockname()[1]).send(MESSAGE)
    other.close()
    await other.wait_closed()


async def test_login_is_used_when_there_is_one(mail_server, postbox) -> None:
    await mail_server(username="varsling", password=SecretStr("right")).send(MESSAGE)

    assert postbox.logins == [(b"varsling", b"right")]


async def test_V4_a_refused_login_is_about_us_and_passes(mail_server) -> None:
    with pytest.raises(ProviderUnavailable, match=r"^mail-server-unavailable$"):
        await mail_server(username="varsling", password=SecretStr("wrong")).send(MESSAGE)


async def test_without_tls_nothing_is_sent_when_tls_is_asked_for(mail_server, postbox) -> None:
    with pytest.raises(ProviderUnavailable):
        await mail_server(starttls=True).send(MESSAGE)
    assert postbox.taken == []


@pytest.mark.parametrize("subject", ["Noe\nnytt", "Noe\u2028nytt"])
async def test_V4_a_mail_that_cannot_be_written_is_refused_for_good(mail_server, postbox, subject) -> None:
    with pytest.raises(MessageRefused) as refused:
        await mail_server().send(replace(MESSAGE, subject=subject))
    assert (refused.value.reason, postbox.taken) == ("mail-refused", [])


async def test_V1_an_address_that_the_server_cannot_carry_is_refused_for_good(mail_server, postbox) -> None:
    """It has no SMTPUTF8, so that no attempt can end otherwise."""
    with pytest.raises(MessageRefused, match=r"^mail-refused$"):
        await mail_server().send(replace(MESSAGE, to="kåre@xn--blbr-roah.no"))
    assert postbox.taken == []
