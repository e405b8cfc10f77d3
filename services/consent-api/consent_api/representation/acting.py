"""Who acts on /v1/me: the citizen, or somebody for them; verified before the route runs, on every request (S5)."""

from typing import Annotated, Final

from fastapi import Request, Security

from consent_api.ages import is_aged
from consent_api.areas import Area
from consent_api.representation.models import Act, Acting, Use
from consent_api.representation.own_access import require_young
from consent_api.representation.verifying import Verifier
from shared.access_rules import ADULT_FROM
from shared.auth import Citizen, CitizenCaller, OwnAccessMissing, RepresentationNotAllowed, TooYoung
from shared.auth.callers import HIGH
from shared.language import Text
from shared.norway import day_in_norway

# choices about oneself are dealt with as administration
_AREA: Final[Area] = "administration"
# what no parent does for a child either
_FROM_16: Final[Text] = {
    "nb": "Dette kan du gjøre selv når du har fylt 16 år.",
    "nn": "Dette kan du gjere sjølv når du har fylt 16 år.",
    "en": "You can do this yourself from the age of 16.",
}


class Actor(CitizenCaller):
    """Lets in the citizen, a young person with an own access, and those who may act for the citizen in this."""

    def __init__(self, act: Act, *, personal: bool = False, young_persons_own: bool = False) -> None:
        super().__init__(HIGH)
        self._act = act
        self._personal = personal
        self._young_persons_own = young_persons_own

    async def __call__(self, request: Request) -> Acting:  # type: ignore[override]
        caller = await super().__call__(request)
        if caller.represents is None or caller.relation is None:
            await _require_independent(request, caller)
            return Acting(caller.reference, caller.reference)
        use = Use(
            relation=caller.relation,
            area=_AREA,
            act=self._act,
            personal=self._personal,
            young_persons_own=self._young_persons_own,
        )
        await _require_allowed(request, use)
        return Acting(caller.represents, caller.reference, caller.relation)


class Oneself(CitizenCaller):
    """Lets in those of 16 and over, for themselves alone."""

    async def __call__(self, request: Request) -> Acting:  # type: ignore[override]
        caller = await super().__call__(request)
        if caller.represents is not None:
            raise RepresentationNotAllowed("personal")
        if not is_aged(caller.birth_date, ADULT_FROM, day_in_norway(request.app.state.clock())):
            raise TooYoung(_FROM_16)
        return Acting(caller.reference, caller.reference)


class Parent(CitizenCaller):
    """Lets in a parent of a young person. Raises OwnAccessNotApplicable when the child is of another age."""

    async def __call__(self, request: Request) -> Acting:  # type: ignore[override]
        caller = await super().__call__(request)
        if caller.represents is None or caller.relation != "parent":
            raise RepresentationNotAllowed("parent-only")
        await _require_allowed(request, Use(relation="parent", area=_AREA, act="change"))
        require_young(caller.acting_for_birth_date, day_in_norway(request.app.state.clock()))
        return Acting(caller.represents, caller.reference, caller.relation)


async def _require_independent(request: Request, caller: Citizen) -> None:
    """Raises TooYoung or OwnAccessMissing."""
    now = request.app.state.clock()
    if is_aged(caller.birth_date, ADULT_FROM, day_in_norway(now)):
        return
    verifier: Verifier = request.app.state.verifier
    numbers = await request.app.state.auth.persons(request)
    decision = await verifier.verify_alone(numbers.actor, now)
    if not decision.allowed:
        raise TooYoung() if decision.reason == "too-young" else OwnAccessMissing()


async def _require_allowed(request: Request, use: Use) -> None:
    """Raises RepresentationNotAllowed."""
    verifier: Verifier = request.app.state.verifier
    numbers = await request.app.state.auth.persons(request)
    decision = await verifier.verify(numbers.actor, numbers.represented, use, request.app.state.clock())
    if decision.reason is not None:
        raise RepresentationNotAllowed(decision.reason)


Reading = Annotated[Acting, Security(Actor("read"))]
Changing = Annotated[Acting, Security(Actor("change", personal=True))]
ReadingLog = Annotated[Acting, Security(Actor("read", young_persons_own=True))]
OwnAffairs = Annotated[Acting, Security(Oneself(HIGH))]
Parenting = Annotated[Acting, Security(Parent(HIGH))]
