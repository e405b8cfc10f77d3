"""`POST /test-token`: any token, sound or with the fault asked for."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from sandbox.context import Here, Now
from sandbox.testtoken.errors import ExplainingRoute
from sandbox.testtoken.issuing import issue
from sandbox.testtoken.parameters import WantedToken

router = APIRouter(tags=["Test tokens"], route_class=ExplainingRoute)


@router.post("/test-token", operation_id="makeTestToken")
async def make_test_token(
    wanted: WantedToken,
    sandbox: Here,
    now: Now,
    answer_as: Annotated[Literal["json", "curl"], Query(alias="as")] = "json",
) -> Response:
    """`?as=curl` answers with lines for `curl --config -`, so that the next command in a pipe is the call itself.

    Neither `jkt` nor `createDPoPTokenWithDPoPProof`: the token is bound to a fresh key, which is in the answer.
    """
    token = issue(wanted, sandbox, now)
    if answer_as == "curl":
        return PlainTextResponse(token.curl_config())
    return JSONResponse(token.document())
