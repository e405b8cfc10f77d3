"""The one rule for the panel, as a decision table (H4, H5): switches, schedule, block, and who attends; and the GP."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helsetilbud_api.clients.gp_register import Office
from helsetilbud_api.offering import office_settings
from helsetilbud_api.offering.codes import SERVICES
from helsetilbud_api.offering.panel import Offering, Panel, compose_panel
from helsetilbud_api.offering.rendering import render_panel

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)  # a Wednesday at noon in Norway
GP, OTHER_GP, ONE, ANOTHER = "990000101", "990000102", "990000105", "990000106"
OFFICE = Office.model_validate(
    {
        "herId": 9900101,
        "name": "Solfjell legekontor",
        "practitioners": [
            {"hprNumber": GP, "name": "Ragnhild", "role": "gp"},
            {"hprNumber": OTHER_GP, "name": "Samira", "role": "gp"},
            {"hprNumber": ONE, "name": "Mikkel", "role": "substitute"},
            {"hprNumber": ANOTHER, "name": "Runa", "role": "substitute"},
        ],
    }
)
# What stands on the right is what happens to an e-consultation and to any of the other three.
TABLE = """
    switch  schedule  patient  attends      e-consultation      others
    on      open      free     gp           shown               shown
    on      open      free     gp+one       shown               shown
    on      open      free     one          shown               shown
    on      open      free     several      shown               shown
    on      open      free     nobody       nobody-attends      shown
    on      open      blocked  gp           closed-to-patient   closed-to-patient
    on      open      blocked  gp+one       closed-to-patient   closed-to-patient
    on      open      blocked  one          closed-to-patient   closed-to-patient
    on      open      blocked  several      closed-to-patient   closed-to-patient
    on      open      blocked  nobody       closed-to-patient   closed-to-patient
    on      closed    free     gp           closed-by-schedule  closed-by-schedule
    on      closed    free     gp+one       closed-by-schedule  closed-by-schedule
    on      closed    free     one          closed-by-schedule  closed-by-schedule
    on      closed    free     several      closed-by-schedule  closed-by-schedule
    on      closed    free     nobody       closed-by-schedule  closed-by-schedule
    on      closed    blocked  gp           closed-by-schedule  closed-by-schedule
    on      closed    blocked  gp+one       closed-by-schedule  closed-by-schedule
    on      closed    blocked  one          closed-by-schedule  closed-by-schedule
    on      closed    blocked  several      closed-by-schedule  closed-by-schedule
    on      closed    blocked  nobody       closed-by-schedule  closed-by-schedule
    off     open      free     gp           switched-off        switched-off
    off     open      free     gp+one       switched-off        switched-off
    off     open      free     one          switched-off        switched-off
    off     open      free     several      switched-off        switched-off
    off     open      free     nobody       switched-off        switched-off
    off     open      blocked  gp           switched-off        switched-off
    off     open      blocked  gp+one       switched-off        switched-off
    off     open      blocked  one          switched-off        switched-off
    off     open      blocked  several      switched-off        switched-off
    off     open      blocked  nobody       switched-off        switched-off
    off     closed    free     gp           switched-off        switched-off
    off     closed    free     gp+one       switched-off        switched-off
    off     closed    free     one          switched-off        switched-off
    off     closed    free     several      switched-off        switched-off
    off     closed    free     nobody       switched-off        switched-off
    off     closed    blocked  gp           switched-off        switched-off
    off     closed    blocked  gp+one       switched-off        switched-off
    off     closed    blocked  one          switched-off        switched-off
    off     closed    blocked  several      switched-off        switched-off
    off     closed    blocked  nobody       switched-off        switched-off
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()[1:]]

TODAY = {"firstDay": "2026-11-25", "lastDay": "2026-11-25"}
ATTENDS: dict[str, tuple[bool, list[str]]] = {
    "gp": (False, []),
    "gp+one": (False, [ONE]),
    "one": (True, [ONE]),
    "several": (True, [ONE, ANOTHER]),
    "nobody": (True, []),
}


def switches(*off: str) -> dict[str, bool]:
    names = {
        "appointment": "appointment",
        "renewal": "renewal",
        "contact": "contact",
        "e-consultation": "eConsultation",
    }
    return {names[service]: service not in off for service in SERVICES}


def kept(
    *, off: tuple[str, ...] = (), closed: tuple[str, ...] = (), attends: str = "gp", gp: str = GP, **more: Any
) -> dict[str, Any]:
    away, substitutes = ATTENDS[attends]
    closures = [{"kind": "night", "services": list(closed), "closes": "11:30", "opens": "12:30"}] if closed else []
    return {
        office_settings.services_of(gp).name: {"switches": switches(*off), "closures": closures},
        office_settings.substitution_of(gp).name: {
            "away": [TODAY] if away else [],
            "substitutes": [{"hprNumber": hpr_number, **TODAY} for hpr_number in substitutes],
        },
        **more,
    }


def panel(settings: dict[str, Any], *blocked: Any, gp: str = GP, now: datetime = NOW) -> Panel:
    return compose_panel(OFFICE, Offering.read(gp, settings), frozenset(blocked), now)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("switch", "schedule", "patient", "attends", "e_consultation", "others"), ROWS)
def test_H4_H5_decision_table(
    switch: str, schedule: str, patient: str, attends: str, e_consultation: str, others: str, service: str
) -> None:
    """Each service for itself: the other three are open throughout."""
    settings = kept(
        off=(service,) if switch == "off" else (), closed=(service,) if schedule == "closed" else (), attends=attends
    )
    shown = panel(settings, *([service] if patient == "blocked" else []))
    expected = e_consultation if service == "e-consultation" else others
    assert shown.withheld.get(service, "shown") == expected
    rest = [it for it in SERVICES if it not in (service, "e-consultation")]
    assert not set(rest) & shown.withheld.keys()


def test_the_decision_table_has_every_combination_once() -> None:
    assert len({row[:4] for row in ROWS}) == len(ROWS) == 2 * 2 * 2 * len(ATTENDS)


@pytest.mark.parametrize(
    "settings",
    [
        kept(off=SERVICES),
        kept(closed=SERVICES),
        kept(off=("appointment", "renewal"), closed=("contact", "e-consultation")),
        kept(off=("appointment", "renewal", "contact"), attends="nobody"),
    ],
    ids=["off", "closed", "some off and some closed", "all but e-consultation off and nobody there"],
)
def test_H4_all_off_hides_the_whole_panel_whatever_it_is_that_stands_in_the_way(settings: dict[str, Any]) -> None:
    hidden = render_panel(panel(settings), "nb")
    assert hidden.hidden is not None
    assert hidden.hidden.reason == "no-services"
    assert (hidden.office, hidden.gp, hidden.message, list(hidden.services)) == (None, None, None, [])


def test_H5_a_patient_for_whom_everything_is_closed_reads_the_same_as_everybody_when_all_is_off() -> None:
    assert render_panel(panel({}, *SERVICES), "nn") == render_panel(panel(kept(off=SERVICES)), "nn")


def test_H4_one_left_on_keeps_the_panel() -> None:
    assert panel(kept(off=("appointment", "renewal", "e-consultation"))).services == ("contact",)


def test_H4_another_gps_switches_schedules_and_substitutes_are_nothing_to_this_gps_patients() -> None:
    of_the_other = kept(off=("renewal",), closed=("contact",), attends="nobody", gp=OTHER_GP)
    assert panel(of_the_other).services == SERVICES
    assert panel(of_the_other, gp=OTHER_GP).services == ("appointment",)


def test_an_office_that_has_decided_nothing_shows_everything_with_standard_texts() -> None:
    shown = render_panel(panel({}), "nb")
    assert [it.service for it in shown.services] == list(SERVICES)
    messages = [shown.message, *(it.message for it in shown.services)]
    assert all(it is not None and it.office_text is it.gp_text is None for it in messages)
    assert [bool(it and it.standard_text) for it in messages] == [True, False, True, True, True]
    forms = [form for it in shown.services for t in it.triage for form in (t.control_questions, t.checkpoint)]
    assert len(forms) == 16
    assert set(forms) == {None}


@pytest.mark.parametrize(
    ("attends", "names", "text"),
    [
        ("gp", [], "Fastlegen din er Ragnhild."),
        ("gp+one", ["Mikkel"], "Fastlegen din er Ragnhild. Du kan også møte Mikkel."),
        ("one", ["Mikkel"], "Ragnhild er borte. I stedet møter du Mikkel."),
        ("several", ["Mikkel", "Runa"], "Ragnhild er borte. I stedet møter du Mikkel eller Runa."),
        ("nobody", [], "Ragnhild er borte og har ingen vikar nå."),
    ],
)
def test_H5_the_patient_reads_who_answers(attends: str, names: list[str], text: str) -> None:
    shown = render_panel(panel(kept(attends=attends)), "nb")
    assert [it.name for it in shown.substitutes] == names
    assert shown.attendance_text == text
    assert shown.gp is not None
    assert (shown.gp.name, shown.gp.away) == ("Ragnhild", attends in ("one", "several", "nobody"))


def test_H5_periods_are_whole_norwegian_days() -> None:
    settings = kept(attends="nobody")
    first, last = datetime(2026, 11, 24, 23, 0, tzinfo=UTC), datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)
    assert [panel(settings, now=moment).away for moment in (first, last)] == [True, True]
    before, after = datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    assert [panel(settings, now=moment).away for moment in (before, after)] == [False, False]


def test_H5_a_substitute_who_has_left_the_office_does_not_count() -> None:
    """Then nobody is there, whatever the office has forgotten to change."""
    settings = kept(attends="one")
    gone = OFFICE.model_copy(update={"practitioners": [it for it in OFFICE.practitioners if it.hpr_number != ONE]})
    shown = compose_panel(gone, Offering.read(GP, settings), frozenset(), NOW)
    assert (shown.substitutes, dict(shown.withheld)) == ((), {"e-consultation": "nobody-attends"})


def test_a_gp_whom_the_register_does_not_have_at_the_office_has_no_name() -> None:
    shown = render_panel(compose_panel(OFFICE, Offering.read("1", {}), frozenset(), NOW), "nb")
    assert shown.gp is not None
    assert (shown.gp.hpr_number, shown.gp.name, shown.attendance_text) == ("1", None, None)
