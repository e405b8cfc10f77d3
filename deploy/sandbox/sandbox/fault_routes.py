"""`/faults`: order one, see those that last, end them all."""

from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.context import Here
from sandbox.faults import Fault, Faults, FaultyAnswer, Mode, Target, possible
from shared.errors import DomainError
from shared.language import Text

router = APIRouter(prefix="/faults", tags=["Faults"])


class FaultNotPossible(DomainError):
    status = 422
    code = "fault-not-possible"
    title: ClassVar[Text] = {
        "nb": "Det kan ikke feile slik.",
        "nn": "Det kan ikkje feile slik.",
        "en": "That one cannot fail like that.",
    }


class FaultOrder(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    target: Target
    mode: Mode
    seconds: Annotated[float, Field(gt=0, le=3600)] = 30
    delay_ms: Annotated[int, Field(ge=1, le=120_000)] = 3000
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0


@router.post("", operation_id="startFault", status_code=201)
async def start_fault(order: FaultOrder, sandbox: Here) -> dict[str, Any]:
    """Makes a stand-in fail for so many seconds.

    `slow`: waits `delayMs` first. `away`: 503, and the mail server hangs up. `error`: 500, and 451 for mail.
    `wrong`: an answer outside the contract; the issuer signs with a wrong key, the mail server says 550.
    `undelivered`: the gateway and the mail server take a message and say later that it did not arrive.
    For the issuer also `nonce` (every client is asked for one) and `scope-as-string`.
    """
    if not possible(order.target, order.mode):
        raise FaultNotPossible
    started = sandbox.faults.start(order.target, order.mode, order.seconds, order.delay_ms, order.probability)
    return _document(started, sandbox.faults)


@router.get("", operation_id="listFaults")
async def list_faults(sandbox: Here) -> dict[str, Any]:
    return {"items": [_document(fault, sandbox.faults) for fault in sandbox.faults.active()]}


@router.delete("", operation_id="endFaults", status_code=204)
async def end_faults(sandbox: Here) -> Response:
    sandbox.faults.clear()
    return Response(status_code=204)


def _document(fault: Fault, faults: Faults) -> dict[str, Any]:
    return {
        "target": fault.target,
        "mode": fault.mode,
        "secondsLeft": round(faults.seconds_left(fault), 1),
        "delayMs": fault.delay_ms,
        "probability": fault.probability,
    }


async def answer_faultily(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FaultyAnswer)  # noqa: S101 - Starlette's handler type is wider than what it is registered for
    return JSONResponse(error.body, error.status)
