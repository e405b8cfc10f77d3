"""Cursors as a service would have given them, with positions that it never gives."""

from shared.paging import encode_cursor
from shared.questions import asking


def cursor_for(address: str, *position: str | int, about: str = "") -> str:
    """Of the question that this address (a path, perhaps with a query) asks."""
    path, _, query = address.partition("?")
    with asking({"path": path, "query_string": query.encode()}):
        return encode_cursor(*position, about=about)
