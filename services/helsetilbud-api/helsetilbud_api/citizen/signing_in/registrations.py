"""The file of suppliers' registrations, read again when it has changed: a new client, or a client's new key, needs no
restart.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import structlog
from pydantic import TypeAdapter

from helsetilbud_api.citizen.signing_in.clients import LaunchClient

_CLIENTS: Final = TypeAdapter(list[LaunchClient])

_logger = structlog.get_logger(__name__)


class Registrations(Mapping[str, LaunchClient]):
    """By client id. A file that cannot be read stops the start; later, what was read before it counts on."""

    def __init__(self, file: Path) -> None:
        """Raises ValueError, or OSError."""
        self._file = file
        self._seen = _stamp(file)
        self._known = _read(file)

    def __getitem__(self, client_id: str) -> LaunchClient:
        return self._current()[client_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def _current(self) -> Mapping[str, LaunchClient]:
        """A look at the file's place and time takes a few microseconds."""
        try:
            stamp = _stamp(self._file)
            if stamp != self._seen:
                self._seen = stamp  # before it is read: a file that changes meanwhile is read again
                self._known = _read(self._file)
        except (OSError, ValueError) as error:
            _logger.error("launch_clients_unreadable", error=type(error).__name__)
        return self._known


def _stamp(file: Path) -> tuple[int, int, int]:
    found = os.stat(file)
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(file: Path) -> Mapping[str, LaunchClient]:
    """Raises ValueError."""
    registered = _CLIENTS.validate_json(file.read_bytes())
    known = {client.client_id: client for client in registered}
    if len(known) < len(registered):
        raise ValueError("LAUNCH_CLIENTS_FILE has a client_id twice")
    return known
