"""E-mail over SMTP.

SMTP has no idempotency key. A server that took a message and whose answer was lost is given it again, under the same
Message-ID: at least once, and mail programs that compare ids show it once.
"""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Final

import aiosmtplib
from pydantic import SecretStr

from notification_service.clients import Message, Receipt
from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.preferences.addresses import needs_smtputf8

TIMEOUT: Final = 10.0  # seconds, for each step of the conversation
# A refused login, greeting or sender is about us, and says nothing about the message
_ABOUT_THE_MESSAGE: Final = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)


class MailServer:
    """Implements `Channel`, with a connection for each message."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        clock: Callable[[], datetime],
        starttls: bool,
        username: str | None = None,
        password: SecretStr | None = None,
    ) -> None:
        self._host, self._port, self._starttls = host, port, starttls
        self._username = username
        self._password = password.get_secret_value() if password else None
        self._sender, self._address = sender, parseaddr(sender)[1]
        self._domain = self._address.rpartition("@")[2]
        self._clock = clock

    async def send(self, message: Message) -> Receipt:
        try:
            mail = self._mail(message)
        except ValueError as error:  # a line break in a header: no attempt can end otherwise
            raise MessageRefused("mail-refused") from error
        try:
            async with self._connection() as server:
                await server.send_message(mail, sender=self._address, recipients=[message.to])
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _failure(error.recipients[0]) from error
        except aiosmtplib.SMTPNotSupported as error:
            if needs_smtputf8(message.to):
                raise MessageRefused("mail-refused") from error  # the server cannot carry the address
            raise _failure(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _failure(error) from error
        return Receipt(mail["Message-ID"])

    def _connection(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            local_hostname=self._domain,  # else the name of this machine is looked up, and told
            start_tls=self._starttls,
            timeout=TIMEOUT,
        )

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(SMTP_POLICY)
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = f"<{message.message_id}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notices in return
        mail.set_content(message.text, cte="quoted-printable")
        mail["Content-Language"] = message.language
        return mail


def _failure(error: Exception) -> MessageRefused | ProviderUnavailable:
    """RFC 5321, 4.2.1: 5yz is final, 4yz passes."""
    if isinstance(error, _ABOUT_THE_MESSAGE) and error.code >= 500:
        return MessageRefused("mail-refused")
    return ProviderUnavailable("mail-server-unavailable")
