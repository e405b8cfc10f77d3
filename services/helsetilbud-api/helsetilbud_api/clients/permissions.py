"""consent-api, by its contract: what stands against the use of a citizen's tools this moment (S5, S6)."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from helsetilbud_api.clients.errors import ConsentServiceUnavailable
from shared.asking import Away, OutsideSystem
from shared.auth.client import HelseIdClient

SCOPE: Final = "nhn:samtykke/representation"
TIMEOUT: Final = 1.5  # seconds, for the whole question: a citizen waits, or a supplier's server
AREA: Final = "health-care"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, hide_input_in_errors=True)

    reasons: tuple[str, ...]


class PermissionClient:
    """One per app, at `app.state.permissions`. Nothing is kept: each answer is for one use."""

    def __init__(self, url: str, helseid: HelseIdClient) -> None:
        self._url = f"{url.rstrip('/')}/v1/permissions/check"
        self._helseid = helseid
        self.system = OutsideSystem(timeout=TIMEOUT)

    async def reasons_against(
        self, citizen: str, actor: str | None = None, relation: Literal["parent", "power-of-attorney"] | None = None
    ) -> Sequence[str]:
        """By citizen references; who acts, and by what right, unless it is the citizen. Codes; none when nothing does.

        Raises ConsentServiceUnavailable without a whole answer: unknown is not yes.
        """
        question = {"citizen": citizen, "area": AREA}
        if actor and relation:
            question |= {"actor": actor, "relation": relation}
        try:
            return await self.system.ask(lambda: self._ask(question))
        except Away as error:
            raise ConsentServiceUnavailable(retry_after=error.retry_after or 1) from error

    async def _ask(self, question: dict[str, str]) -> Sequence[str]:
        response = await self._helseid.post(self._url, SCOPE, question)
        response.raise_for_status()
        return _Answer.model_validate_json(response.content).reasons


async def _permissions(request: Request) -> PermissionClient:
    permissions: PermissionClient = request.app.state.permissions
    return permissions


Permissions = Annotated[PermissionClient, Depends(_permissions)]
