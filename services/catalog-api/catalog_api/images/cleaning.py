"""An image is what its content says, whatever its sender calls it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from catalog_api.images.leaving_out import Losses
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
    left_out: Losses = field(default_factory=Counter)

    @property
    def tag(self) -> str:
        return entity_tag(self.content)


def clean(content: bytes) -> CleanImage:
    """Raises UnsupportedMediaType for what is neither PNG nor SVG, ImageInvalid for what is broken."""
    left_out: Losses = Counter()
    if content.startswith(SIGNATURE):
        return CleanImage(PNG, clean_png(content, left_out), left_out)
    try:
        return CleanImage(SVG, clean_svg(content, left_out), left_out)
    except NoSvg:
        raise UnsupportedMediaType(MEDIA_TYPES) from None
