"""How many parts a text is sent in (3GPP TS 23.038 and 23.040)."""

# the basic table of the GSM 7-bit default alphabet, and the characters that take two places
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """160 characters in one part and 153 in each of several; 70 and 67 when a character is outside the GSM alphabet."""
    if all(character in _GSM_BASIC or character in _GSM_EXTENDED for character in text):
        return _parts(sum(2 if character in _GSM_EXTENDED else 1 for character in text), 160, 153)
    return _parts(len(text.encode("utf-16-be")) // 2, 70, 67)


def _parts(length: int, single: int, several: int) -> int:
    return 1 if length <= single else -(-length // several)
