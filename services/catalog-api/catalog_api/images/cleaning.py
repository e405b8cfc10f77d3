"""An image is what its content says, whatever its sender calls it."""

from dataclasses import dataclass
from typing import Final

from catalog_api.images.png import SIGNATURE, clean_png
from catalog_api.images.svg import NoSvg, clean_svg
from shared.http import UnsupportedMediaType, entity_tag

PNG, SVG = "image/png", "image/svg+xml"
MEDIA_TYPES: Final = frozenset({PNG, SVG})
LARGEST: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class CleanImage:
    media_type: str
    content: bytes

    @property
    def tag(self) -> str:
        return entity_tag(self.content)


def clean(content: bytes) -> CleanImage:
    """Raises UnsupportedMediaType for what is neither PNG nor SVG, ImageInvalid for what is broken."""
    if content.startswith(SIGNATURE):
        return CleanImage(PNG, clean_png(content))
    try:
        return CleanImage(SVG, clean_svg(content))
    except NoSvg:
        raise UnsupportedMediaType(MEDIA_TYPES) from None
