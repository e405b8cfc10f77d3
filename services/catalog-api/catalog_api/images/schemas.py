"""What is answered about an image."""

from pydantic import ConfigDict

from shared.schemas import Schema


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
                }
            ]
        }
    )

    image_url: str
    media_type: str
    bytes: int
