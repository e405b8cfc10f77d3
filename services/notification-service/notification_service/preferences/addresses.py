"""E-mail addresses beyond ASCII: how they are kept and sent, and how they are read.

A domain is kept in A-labels (IDNA 2008, RFC 5891), which every mail server takes, made as browsers make them (UTS 46,
nontransitional); people read its letters. What stands before the @ has no other form: it is kept as it is, composed
(NFC, RFC 6532), and is carried by servers with SMTPUTF8 (RFC 6531) alone.
"""

import re
import unicodedata
from typing import Final

import idna

# Narrower than RFC 5321 and RFC 6531: no quoting, no comments, nothing that ends a header line
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_ADDRESS: Final = re.compile(
    rf"{_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+"
    r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_LONGEST: Final = 254  # bytes, RFC 5321, 4.5.3.1
_LONGEST_NAME: Final = 64


class AddressMalformed(Exception):
    pass


def kept_address(written: str) -> str:
    """Raises AddressMalformed."""
    name, at, domain = written.rpartition("@")
    name = unicodedata.normalize("NFC", name)
    if not domain.isascii() or "xn--" in domain.lower():
        domain = _in_a_labels(domain)
    address = f"{name}{at}{domain}"
    if not _ADDRESS.fullmatch(address) or len(address.encode()) > _LONGEST or len(name.encode()) > _LONGEST_NAME:
        raise AddressMalformed()
    # letters and their marks: no digits that only look like others, no spaces or signs that nobody sees
    if any(unicodedata.category(character)[0] not in "LM" for character in name if not character.isascii()):
        raise AddressMalformed()
    return address


def shown_address(kept: str) -> str:
    """As people write it."""
    name, at, domain = kept.rpartition("@")
    if "xn--" not in domain.lower():
        return kept
    try:
        return f"{name}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return kept


def needs_smtputf8(address: str) -> bool:
    return not address.isascii()


def _in_a_labels(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode()
    except idna.IDNAError as error:
        raise AddressMalformed() from error
