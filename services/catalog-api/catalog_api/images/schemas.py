"""What is answered about an image."""

from typing import Annotated

from pydantic import ConfigDict, Field

from catalog_api.images.leaving_out import ORDER, WORDS, LeftOut, Losses
from shared.schemas import Schema


class LeftOutPart(Schema):
    """What an image lost when it was cleaned. Only `metadata` changes nothing of how it looks."""

    code: LeftOut
    count: Annotated[int, Field(ge=1, description="How many there were")]
    detail: Annotated[str, Field(description="In the language of Accept-Language; can be passed on")]


def told(losses: Losses, language: str) -> list[LeftOutPart]:
    return [LeftOutPart(code=code, count=losses[code], detail=WORDS[code][language]) for code in ORDER if losses[code]]


class ImageDetails(Schema):
    """As it is kept, which is smaller than what was sent where something was cleaned away. `imageUrl` is relative to
    the API's address.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "imageUrl": "/v1/tools/0296a880-2aab-4e06-8968-eee2900e49ec/image",
                    "mediaType": "image/svg+xml",
                    "bytes": 1834,
                    "leftOut": [{"code": "link", "count": 1, "detail": WORDS["link"]["nb"]}],
                }
            ]
        }
    )

    image_url: str
    media_type: str
    bytes: int
    left_out: list[LeftOutPart]
