"""The mail server beside the application."""

from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import uuid4

import aiosmtplib
import httpx
import pytest

from notification_service.clients import Message
from notification_service.clients.email import MailServer
from sandbox.settings import SandboxSettings


def mail(to: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "ikke-svar@varsling.test"
    message["To"] = to
    message["Subject"] = "Noe nytt på Helsenorge"
    message["X-Reference"] = "n-2"
    message.set_content(text)
    return message


async def send(settings: SandboxSettings, message: EmailMessage, recipients: list[str] | None = None) -> None:
    await aiosmtplib.send(
        message, hostname=settings.host, port=settings.smtp_port, recipients=recipients, timeout=60, start_tls=False
    )


async def test_a_mail_is_kept_as_it_was_written(http: httpx.AsyncClient, settings: SandboxSettings) -> None:
    text = "Hei, Åse Ørnebakkli.\n\nČálus lea boahtán. 😀"

    await send(settings, mail("ase@innbygger.example", text))

    [kept] = (await http.get("/messages", params={"to": "ase@innbygger.example"})).json()["items"]
    assert kept["channel"] == "email"
    assert kept["from"] == "ikke-svar@varsling.test"
    assert kept["subject"] == "Noe nytt på Helsenorge"
    assert kept["text"] == text
    assert kept["reference"] == "n-2"


async def test_each_recipient_gets_one(http: httpx.AsyncClient, settings: SandboxSettings) -> None:
    recipients = ["a@innbygger.example", "b@innbygger.example"]

    await send(settings, mail("skjult@innbygger.example", "Hei"), recipients)

    items = (await http.get("/messages", params={"channel": "email"})).json()["items"]
    assert sorted(item["to"] for item in items) == recipients


@pytest.mark.parametrize(("mode", "code"), [("error", 451), ("wrong", 550)])
async def test_a_faulty_server_refuses(
    http: httpx.AsyncClient, settings: SandboxSettings, mode: str, code: int
) -> None:
    await http.post("/faults", json={"target": "mail", "mode": mode})

    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await send(settings, mail("a@innbygger.example", "Hei"))

    assert refusal.value.code == code
    assert (await http.get("/messages")).json()["total"] == 0


async def test_a_server_that_is_away_hangs_up(http: httpx.AsyncClient, settings: SandboxSettings) -> None:
    await http.post("/faults", json={"target": "mail", "mode": "away"})
    with pytest.raises(aiosmtplib.SMTPException):
        await send(settings, mail("a@innbygger.example", "Hei"))

    await http.delete("/faults")
    await send(settings, mail("a@innbygger.example", "Hei"))

    assert (await http.get("/messages")).json()["total"] == 1


@pytest.mark.parametrize("to", ["kari@xn--blbr-roah.no", "kåre@xn--blbr-roah.no"])
async def test_an_address_beyond_ascii_is_delivered_to(
    http: httpx.AsyncClient, settings: SandboxSettings, to: str
) -> None:
    """By the service's own client, over SMTPUTF8 where the name needs it."""
    sender = "Helsenorge <varsel@helsenorge.test>"
    client = MailServer(
        settings.host, settings.smtp_port, sender=sender, clock=lambda: datetime.now(UTC), starttls=False
    )

    await client.send(Message(uuid4(), to, "Noe nytt på Helsenorge", "Hei, Kåre.\n", "nb"))

    [kept] = (await http.get("/messages", params={"channel": "email"})).json()["items"]
    assert (kept["to"], kept["subject"], kept["text"]) == (to, "Noe nytt på Helsenorge", "Hei, Kåre.")
