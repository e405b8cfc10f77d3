"""JPEG, checked and cleaned (ITU-T T.81): the picture, without what was put beside it, such as Exif and its places."""

from collections.abc import Iterator
from typing import Final

from catalog_api.images.errors import ImageInvalid
from catalog_api.images.leaving_out import Losses
from catalog_api.images.png import LARGEST_SIDE

SIGNATURE: Final = b"\xff\xd8\xff"
_START: Final = 0xD8
_END: Final = 0xD9
_SCAN: Final = 0xDA
# JFIF's units and Adobe's kind of colours decide how it looks; the other application segments and comments do not
_LEFT_OUT: Final = frozenset({*range(0xE1, 0xF0), 0xFE}) - {0xEE}
_PROFILE: Final = b"ICC_PROFILE\0"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def clean_jpeg(content: bytes, left_out: Losses) -> bytes:
    """What is left out is counted in `left_out`. Raises ImageInvalid. The picture itself is not unpacked: its header
    has its size.
    """
    kept = [content[:2]]
    sized, losses = False, Losses()
    for marker, segment in _segments(content):
        if marker in _FRAMES:
            _require_size(segment)
            sized = True
        if marker not in _LEFT_OUT:
            kept.append(segment)
        else:
            losses["colour-profile" if segment[4:].startswith(_PROFILE) else "metadata"] += 1
    if not sized:
        raise ImageInvalid("jpeg-damaged")
    left_out.update(losses)
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """From behind the start to the first scan; the rest, to the end of the picture, comes with that."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if marker in (_START, _END) or end > len(content):
            break
        if marker == _SCAN:
            if (last := content.rfind(b"\xff\xd9")) < end:
                break
            yield marker, content[place : last + 2]
            return
        yield marker, content[place:end]
        place = end
    raise ImageInvalid("jpeg-damaged")


def _require_size(frame: bytes) -> None:
    height, width = int.from_bytes(frame[5:7]), int.from_bytes(frame[7:9])
    if not (0 < height <= LARGEST_SIDE and 0 < width <= LARGEST_SIDE):
        raise ImageInvalid("jpeg-damaged")
