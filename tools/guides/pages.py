"""The pages, by file name in docs/integrators."""

from collections.abc import Callable
from typing import Final

from tools.guides import errors

PAGES: Final[dict[str, Callable[[], str]]] = {"errors.md": errors.page}
