"""Images within a drawing, as `data:` addresses (RFC 2397): each cleaned as an image of its own."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

from catalog_api.images import jpeg, png
from catalog_api.images.errors import ImageInvalid
from catalog_api.images.leaving_out import Losses

_DATA: Final = re.compile(
    r"\s*data:[\w./+-]*((?:;[\w.+-]+(?:=[\w.+-]+)?)*?)(;\s*base64)?,(.*)", re.DOTALL | re.IGNORECASE
)


def is_data(address: str) -> bool:
    return address.lstrip()[:5].lower() == "data:"


def clean_data(address: str, clean_svg: Callable[[bytes], bytes], left_out: Losses) -> str:
    """What it is, is read from its content. What is left out is counted in `left_out`, by `clean_svg` too. Raises
    ImageInvalid.
    """
    content = _content(address)
    if content.startswith(png.SIGNATURE):
        return _address("png", png.clean_png(content, left_out))
    if content.startswith(jpeg.SIGNATURE):
        return _address("jpeg", jpeg.clean_jpeg(content, left_out))
    return _address("svg+xml", clean_svg(content))


def _content(address: str) -> bytes:
    found = _DATA.fullmatch(address)
    if found is None:
        raise ImageInvalid("svg-damaged")
    content = unquote_to_bytes(found[3])
    if not found[2]:
        return content
    try:
        return base64.b64decode(b"".join(content.split()))
    except binascii.Error as error:
        raise ImageInvalid("svg-damaged") from error


def _address(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
