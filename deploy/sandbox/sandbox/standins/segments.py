"""How many parts a text is sent in (3GPP TS 23.038 and 23.040)."""

# the basic table of the GSM 7-bit default alphabet, and the characters that take two places
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """160 characters in one part and 153 in each of several; 70 and 67 when a character is outside the GSM alphabet.

    A character that takes two places is not split between two parts.
    """
    if all(character in _GSM_BASIC or character in _GSM_EXTENDED for character in text):
        return _parts([2 if character in _GSM_EXTENDED else 1 for character in text], 160, 153)
    return _parts([len(character.encode("utf-16-be")) // 2 for character in text], 70, 67)


def _parts(places: list[int], single: int, several: int) -> int:
    if sum(places) <= single:
        return 1
    parts, left = 1, several
    for taken in places:
        if taken > left:
            parts, left = parts + 1, several
        left -= taken
    return parts
