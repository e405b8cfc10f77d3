"""The image of a tool, published or only submitted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from catalog_api.models import Base


class Image(Base):
    """`tag` is the entity tag of the content."""

    __tablename__ = "image"

    tool_id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]
    tag: Mapped[str]
    changed_at: Mapped[datetime]
