"""Whom a reader counts as (K5): everyone sees what is for everyone, the rest is shown to those it is for."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Security

from shared.auth import AnyHelseIdToken, HelseIdToken

# systems of the platform that keep a copy of everything, and the catalogue's staff
_SEE_EVERYTHING: Final = frozenset({"nhn:verktoykatalog/copy", "nhn:verktoykatalog/admin"})


@dataclass(frozen=True, slots=True)
class Audience:
    """`organisations` are those that the reader belongs to: a restricted tool is for the organisations it names, and
    its supplier and the health body that vouches for it see it as well.
    """

    organisations: tuple[str, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, token: HelseIdToken | None) -> "Audience":
        if token is None:
            return ANYONE
        own = (token.organisation, token.organisation_child)
        return cls(tuple(o for o in own if o), not token.scopes.isdisjoint(_SEE_EVERYTHING))

    def includes(self, national: bool, organisations: list[str]) -> bool:
        """Whether a tool is for this reader; `organisations` are those it is for when it is not national."""
        return national or self.everything or not set(organisations).isdisjoint(self.organisations)


ANYONE: Final = Audience()


async def _audience(token: Annotated[HelseIdToken | None, Security(AnyHelseIdToken())]) -> Audience:
    return Audience.of(token)


Reading = Annotated[Audience, Depends(_audience)]
