"""A citizen's login, without a password: choose who you are, and get a token to copy."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from sandbox.context import Here, Now
from sandbox.pages.rendering import page
from sandbox.population.population import Population
from sandbox.testtoken.issuing import issue
from sandbox.testtoken.parameters import UserClaims, WantedToken

router = APIRouter(prefix="/login", include_in_schema=False)


@router.get("")
async def choose_citizen(sandbox: Here) -> Response:
    return page("login.html", people=_who_can_log_in(sandbox.population))


@router.post("")
async def log_in(
    sandbox: Here,
    now: Now,
    pid: Annotated[str, Form(max_length=11)],
    represents: Annotated[str, Form(max_length=11)] = "",
) -> Response:
    """A form, not a query: no number ends in an address. Raises BadParameters."""
    user = UserClaims(pid=pid, represents=represents or None)
    token = issue(WantedToken(kind="citizen", user_claims_parameters=user), sandbox, now)
    return page(
        "logged_in.html",
        token=token,
        name=sandbox.population.name_of(pid),
        represented=sandbox.population.name_of(represents) if represents else None,
        feed_url=sandbox.settings.service_urls["helsetilbud-api"] + "/v1/me/feed",
    )


def _who_can_log_in(population: Population) -> list[dict[str, Any]]:
    return [
        {"citizen": citizen, "represented": population.represented_by(citizen.national_id)}
        for citizen in population.citizens.values()
        if citizen.status != "deceased"
    ]
