"""What the request under way asks, in short, so that a cursor is good for the list that it was given for and no other.

The question is the address and what narrows or orders the list; not who asks, not how much of it is wanted at a time.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import Scope

NOT_OF_THE_QUESTION: Final = frozenset({"cursor", "limit", "facets"})

_current: ContextVar[Scope | None] = ContextVar("asked", default=None)


@contextmanager
def asking(scope: Scope) -> Iterator[None]:
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)


def digest_of_question(about: str = "") -> str:
    """Eight characters; the same whatever the order of the parameters, and of the values of one. `about` is what else
    decides what is listed: a citizen reference from a body, a language.
    """
    scope = _current.get()
    path, query = (scope["path"], scope["query_string"].decode("latin-1")) if scope else ("", "")
    narrowed = sorted(pair for pair in parse_qsl(query) if pair[0] not in NOT_OF_THE_QUESTION)
    question = json.dumps([path, narrowed, about], separators=(",", ":")).encode()
    return urlsafe_b64encode(blake2b(question, digest_size=6).digest()).decode()
