"""The files that pages load: read at start, packed once, under addresses that change when the files do."""

import gzip
from dataclasses import dataclass
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

FOLDER: Final = Path(__file__).parents[1] / "static"
_FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_PACKED: Final = frozenset({".js", ".css", ".svg"})


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes | None
    media_type: str


class Statics:
    """One digest stands in all addresses, so that files can name each other by relative ones."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in {*_TYPES, ".svg", ".png"})
        self._files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        every = b"".join(name.encode() + file.content for name, file in self._files.items())
        self.digest = blake2b(every, digest_size=8).hexdigest()
        self.router = APIRouter()
        self.router.add_api_route("/static/{digest}/{name:path}", self._serve, methods=["GET", "HEAD"])

    def url(self, name: str) -> str:
        """Raises KeyError for a file that is not there."""
        self._files[name]
        return f"/static/{self.digest}/{name}"

    async def _serve(self, digest: str, name: str, request: Request) -> Response:
        file = self._files.get(name)
        if file is None:
            return Response(status_code=404)
        headers = {"Cache-Control": _FOREVER if digest == self.digest else "no-cache", "Vary": "Accept-Encoding"}
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if file.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(file.packed, headers=headers, media_type=file.media_type)
        return Response(file.content, headers=headers, media_type=file.media_type)


def _read(path: Path) -> _File:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in _PACKED else None
    return _File(content, packed, _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream")
