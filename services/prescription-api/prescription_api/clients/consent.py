"""consent-api, by its contract (openapi/consent-api.json): may this person be reached here for health care (P4)."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from prescription_api.clients.batching import Batcher
from prescription_api.errors import ConsentServiceUnavailable
from shared.asking import OutsideSystem, answer_by
from shared.auth.client import HelseIdClient
from shared.nationalid import NationalId

SCOPE = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
AREA = "health-care"


class DigitallyActive(BaseModel):
    """`reasons` are codes, and empty when the person can be reached."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, strict=True, hide_input_in_errors=True
    )

    national_id: str
    active: bool
    active_through_others: bool
    reasons: tuple[str, ...]

    @property
    def reachable(self) -> bool:
        return self.active or self.active_through_others


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    items: list[DigitallyActive]


_ANSWER = TypeAdapter(_Answer)


class ConsentClient:
    def __init__(self, url: str, helseid: HelseIdClient, *, timeout: float) -> None:
        self._url = f"{url.rstrip('/')}/v1/digitally-active"
        self._helseid = helseid
        self._batcher: Batcher[str, DigitallyActive] = Batcher(self._ask_all)
        self.system = OutsideSystem(timeout=timeout)

    async def digitally_active(self, national_id: NationalId, until: float) -> DigitallyActive:
        """Asked anew every time: a change of consent takes effect at once (S1). Raises ConsentServiceUnavailable,
        also when there is no answer by `until`.
        """
        answer = await answer_by(until, self._batcher.ask(national_id.reveal()), ConsentServiceUnavailable)
        if answer is None:
            raise ConsentServiceUnavailable()
        return answer

    async def _ask_all(self, national_ids: list[str]) -> Mapping[str, DigitallyActive]:
        return await self.system.ask(lambda: self._ask(national_ids))

    async def _ask(self, national_ids: list[str]) -> Mapping[str, DigitallyActive]:
        response = await self._helseid.post(self._url, SCOPE, {"nationalIds": national_ids, "area": AREA})
        response.raise_for_status()
        return {item.national_id: item for item in _ANSWER.validate_json(response.content).items}
