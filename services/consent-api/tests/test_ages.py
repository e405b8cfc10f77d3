"""S5: what changes on which day, in Norwegian time; born on 29 February included."""

from datetime import UTC, date, datetime

import pytest

from consent_api.ages import age_class, birthday, is_aged, next_turn, start_of
from consent_api.areas import Area
from consent_api.persons.models import PersonCopy
from consent_api.representation.models import Decision, Pair, Power, RefusalReason, Use, decide, decide_alone
from shared.norway import day_in_norway

LEAP = date(2012, 2, 29)
ORDINARY = date(2012, 6, 1)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "day", "expected"),
    [
        (ORDINARY, date(2012, 6, 1), "child"),
        (ORDINARY, date(2024, 5, 31), "child"),
        (ORDINARY, date(2024, 6, 1), "youth"),
        (ORDINARY, date(2028, 5, 31), "youth"),
        (ORDINARY, date(2028, 6, 1), "adult"),
        (LEAP, date(2024, 2, 28), "child"),
        (LEAP, date(2024, 2, 29), "youth"),
        (LEAP, date(2028, 2, 28), "youth"),
        (LEAP, date(2028, 2, 29), "adult"),
    ],
)
def test_S5_a_child_is_young_from_12_and_decides_from_16_to_the_day(born: date, day: date, expected: str) -> None:
    assert age_class(born, day) == expected


@pytest.mark.parametrize(
    ("born", "years", "expected"),
    [
        (ORDINARY, 13, date(2025, 6, 1)),
        (LEAP, 12, date(2024, 2, 29)),
        (LEAP, 13, date(2025, 3, 1)),
        (LEAP, 16, date(2028, 2, 29)),
        (LEAP, 18, date(2030, 3, 1)),
        (date(2000, 2, 29), 100, date(2100, 3, 1)),
    ],
)
def test_S5_born_on_29_february_turns_on_1_march_in_other_years(born: date, years: int, expected: date) -> None:
    assert birthday(born, years) == expected
    assert is_aged(born, years, expected)
    assert not is_aged(born, years, date.fromordinal(expected.toordinal() - 1))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 23, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        # the hour that there is twice, and the one that there is not
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), date(2026, 3, 29)),
    ],
)
def test_S5_the_day_is_norways(moment: datetime, day: date) -> None:
    assert day_in_norway(moment) == day
    assert start_of(day) <= moment
    assert day_in_norway(start_of(day)) == day


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 1, 1), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2028, 2, 29)),
        (date(2025, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), None),
    ],
)
def test_S5_the_next_day_that_changes_something(day: date, expected: date | None) -> None:
    assert next_turn(LEAP, day) == expected


@pytest.mark.parametrize(
    ("today", "own_access", "expected"),
    [
        (date(2024, 2, 28), True, Decision("too-young")),
        (date(2024, 2, 29), False, Decision("own-access-missing")),
        (date(2024, 2, 29), True, Decision(narrowed=True, valid_until=start_of(date(2028, 2, 29)))),
        (date(2028, 2, 28), False, Decision("own-access-missing")),
        (date(2028, 2, 29), False, Decision()),
    ],
)
def test_S5_acting_for_oneself_from_16_and_with_a_parents_consent_from_12(
    today: date, own_access: bool, expected: Decision
) -> None:
    assert decide_alone(LEAP, own_access, today) == expected


def person(*, status: str = "living", confidential: bool = False) -> PersonCopy:
    return PersonCopy("k1-somebody", status, confidential, None, NOW)  # type: ignore[arg-type]


def parent(**changes: object) -> Pair:
    usual = {"actor": person(), "actor_level": "full", "represented": person(), "is_parent": True, "power": None}
    return Pair(**usual | changes)  # type: ignore[arg-type]


def use(relation: str = "parent", area: Area = "health-care", **more: bool) -> Use:
    return Use(relation=relation, area=area, act="read", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("today", "area", "reason", "narrowed", "until"),
    [
        (date(2012, 3, 1), "health-care", None, False, date(2024, 2, 29)),
        (date(2024, 2, 28), "youth", None, False, date(2024, 2, 29)),
        (date(2024, 2, 29), "health-care", None, True, date(2028, 2, 29)),
        (date(2024, 2, 29), "youth", "young-persons-own", False, None),
        (date(2028, 2, 28), "health-care", None, True, date(2028, 2, 29)),
        (date(2028, 2, 29), "health-care", "relation-ended", False, None),
        (date(2028, 2, 29), "youth", "relation-ended", False, None),
    ],
)
def test_S5_what_a_parent_may_by_the_childs_age(
    today: date, area: Area, reason: RefusalReason | None, narrowed: bool, until: date | None
) -> None:
    decision = decide(use(area=area), parent(), LEAP, today)
    assert decision == Decision(reason, narrowed, start_of(until) if until else None)


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (parent(is_parent=False), "no-relation"),
        (parent(actor=None), "no-relation"),
        (parent(represented=None), "no-relation"),
        (parent(actor=person(status="unknown")), "no-relation"),
        (parent(actor=person(confidential=True)), "no-relation"),
        (parent(represented=person(confidential=True)), "no-relation"),
        (parent(represented=person(confidential=True, status="deceased")), "no-relation"),
        (parent(represented=person(status="deceased")), "deceased"),
        (parent(actor=person(status="deceased")), "deceased"),
        (parent(represented=person(status="deceased"), is_parent=False), "no-relation"),
        (parent(actor_level="basis"), "actor-consent-too-low"),
        (parent(actor_level="none"), "actor-consent-too-low"),
        (parent(actor_level="none", is_parent=False), "no-relation"),
    ],
)
def test_S5_nobody_represents_without_relation_life_open_address_and_full_consent(
    pair: Pair, reason: RefusalReason
) -> None:
    assert decide(use(), pair, ORDINARY, date(2020, 1, 1)) == Decision(reason)


def holder(power: Power | None) -> Pair:
    return parent(is_parent=False, power=power)


def power(*, revoked: bool = False, assigned: bool = False) -> Power:
    return Power(["health-care", "administration"], date(2026, 11, 1), date(2026, 11, 30), revoked, assigned)


@pytest.mark.parametrize(
    ("given", "today", "wanted", "reason"),
    [
        (power(), date(2026, 10, 31), use("power-of-attorney"), "not-begun"),
        (power(), date(2026, 11, 1), use("power-of-attorney"), None),
        (power(), date(2026, 11, 30), use("power-of-attorney"), None),
        (power(), date(2026, 12, 1), use("power-of-attorney"), "ended"),
        (power(revoked=True), date(2026, 11, 15), use("power-of-attorney"), "ended"),
        (power(), date(2026, 11, 15), use("power-of-attorney", "research"), "area-not-covered"),
        (power(), date(2026, 11, 15), use("power-of-attorney", personal=True), "personal"),
        (power(assigned=True), date(2026, 11, 15), use("power-of-attorney", personal=True), None),
        (power(), date(2026, 11, 15), use("parent"), "no-relation"),
        (None, date(2026, 11, 15), use("power-of-attorney"), "no-relation"),
    ],
)
def test_S5_a_power_of_attorney_holds_in_its_areas_from_its_first_day_to_its_last(
    given: Power | None, today: date, wanted: Use, reason: RefusalReason | None
) -> None:
    decision = decide(wanted, holder(given), date(1950, 1, 1), today)
    assert decision.reason == reason
    assert (decision.valid_until == start_of(date(2026, 12, 1))) is (reason is None)


def test_S5_being_a_parent_does_not_help_who_claims_a_power_of_attorney() -> None:
    assert decide(use("power-of-attorney"), parent(), ORDINARY, date(2020, 1, 1)) == Decision("no-relation")
