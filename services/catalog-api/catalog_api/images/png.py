"""PNG, checked and cleaned (ISO/IEC 15948): what is kept is the picture, and nothing that was put beside it."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from catalog_api.images.errors import ImageInvalid
from catalog_api.images.leaving_out import LeftOut, Losses

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
LARGEST_SIDE: Final = 2048

# what decides how the picture looks; text, time, Exif, profiles and animation are left behind
_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND"})
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# first column and row of each pass of Adam7, and the steps to the next
_WHOLE: Final = ((0, 0, 1, 1),)
_ADAM7: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_AT_ONCE: Final = 65536

_KINDS: Final[dict[bytes, LeftOut]] = {
    b"iCCP": "colour-profile",
    **dict.fromkeys((b"acTL", b"fcTL", b"fdAT"), "animation"),
}

Chunk = tuple[bytes, bytes]


def clean_png(content: bytes, left_out: Losses) -> bytes:
    """What is left out is counted in `left_out`. Raises ImageInvalid. Unpacks at most the bytes that the size in the
    header asks for, a little at a time.
    """
    chunks = list(_chunks(content))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or kinds.count(b"IHDR") + kinds.count(b"IEND") != 2:
        raise ImageInvalid("png-damaged")
    if any(kind[:1].isupper() and kind not in _KEPT for kind in kinds):
        raise ImageInvalid("png-damaged")  # critical, and unknown to us
    size = _unpacked_size(chunks[0][1])
    _require_data(b"".join(data for kind, data in chunks if kind == b"IDAT"), size)
    left_out.update(_KINDS.get(kind, "metadata") for kind in kinds if kind not in _KEPT)
    return SIGNATURE + b"".join(_packed(*chunk) for chunk in chunks if chunk[0] in _KEPT)


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Until IEND; what comes behind it is not ours to pass on."""
    place = len(SIGNATURE)
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length]
        end = place + 12 + length
        if end > len(content) or content[end - 4 : end] != _checksum(kind, data):
            raise ImageInvalid("png-damaged")
        yield kind, data
        if kind == b"IEND":
            return
        place = end
    raise ImageInvalid("png-damaged")


def _checksum(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + data))


def _packed(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + _checksum(kind, data)


def _unpacked_size(header: bytes) -> int:
    """In bytes: each row of each pass has its pixels, rounded up, and a filter."""
    if len(header) != 13:
        raise ImageInvalid("png-damaged")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace > 1 or not (width and height):
        raise ImageInvalid("png-damaged")
    if max(width, height) > LARGEST_SIDE:
        raise ImageInvalid("png-too-large")
    bits = _CHANNELS[colour] * depth
    size = 0
    for column, row, right, down in _ADAM7 if interlace else _WHOLE:
        columns, rows = -(-(width - column) // right), -(-(height - row) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size


def _require_data(packed: bytes, size: int) -> None:
    unpacker, unpacked = zlib.decompressobj(), 0
    try:
        while unpacked <= size and not unpacker.eof:
            part = unpacker.decompress(packed, _AT_ONCE)
            packed = unpacker.unconsumed_tail
            if not (part or packed):
                break  # cut short
            unpacked += len(part)
    except zlib.error as error:
        raise ImageInvalid("png-damaged") from error
    if unpacked != size or not unpacker.eof:
        raise ImageInvalid("png-damaged")
