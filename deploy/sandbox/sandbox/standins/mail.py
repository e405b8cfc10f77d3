"""A mail server that keeps what it is given. It runs on the application's own event loop."""

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.context import Sandbox
from sandbox.faults import Mode, Target
from sandbox.messages.store import ReceivedMessage

_REFERENCE_HEADERS = ("X-Reference", "Message-ID")
_LARGEST_MAIL = 1_000_000  # bytes


class MailKeeper:
    """aiosmtpd calls `handle_DATA` once a mail is in; the answer is the SMTP reply."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.messages = sandbox.messages
        self.faults = sandbox.faults
        self.receipts = sandbox.receipts

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self.faults.delay(Target.MAIL)
        if self.faults.strikes(Target.MAIL, Mode.ERROR):
            return "451 4.3.0 Temporary failure, try again later"
        if self.faults.strikes(Target.MAIL, Mode.WRONG):
            return "550 5.1.1 No such mailbox"
        received = _received(envelope, datetime.now(UTC))
        self.messages.add(received)
        self._tell(received[0].reference if received else None)
        return "250 2.0.0 Kept"

    def _tell(self, reference: str | None) -> None:
        """The sender's name for a mail is what stands before the @ of its Message-ID."""
        undelivered = self.faults.strikes(Target.MAIL, Mode.UNDELIVERED)
        name = (reference or "").strip("<>").partition("@")[0]
        self.receipts.tell("mail-server", name, "undelivered" if undelivered else "delivered")


class _Away(asyncio.Protocol):
    """Hangs up on whoever calls, as close to a closed port as an open one comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()


async def start_mail_server(host: str, port: int, sandbox: Sandbox) -> asyncio.Server:
    keeper = MailKeeper(sandbox)
    loop = asyncio.get_running_loop()

    def answer() -> asyncio.BaseProtocol:
        if sandbox.faults.strikes(Target.MAIL, Mode.AWAY):
            return _Away()
        return SMTP(keeper, hostname="sandbox.test", enable_SMTPUTF8=True, data_size_limit=_LARGEST_MAIL, loop=loop)

    return await loop.create_server(answer, host, port)


def _received(envelope: Envelope, at: datetime) -> list[ReceivedMessage]:
    """One message for each recipient of the envelope."""
    content: Any = envelope.content or b""
    mail = message_from_bytes(content, policy=policy.default)
    return [
        ReceivedMessage(
            channel="email",
            to=recipient,
            sender=envelope.mail_from or "",
            subject=str(mail.get("Subject", "")),
            text=_text(mail),
            reference=next((str(mail[name]) for name in _REFERENCE_HEADERS if name in mail), None),
            received_at=at,
        )
        for recipient in envelope.rcpt_tos
    ]


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return "\n".join(body.get_content().splitlines()) if body else ""
