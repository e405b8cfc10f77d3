"""P3, I1, I2: which numbers are taken, which faults are told apart, and that no number shows itself."""

import copy
import json
import pickle
import traceback
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devkit.testing.national_ids import generate, population
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed

TODAY = date(2026, 11, 22)
NUMBER = generate(date(1980, 5, 17), 0)

DAYS = st.dates(min_value=date(1854, 1, 1), max_value=date(2026, 11, 22))


def parse(text: str, *, allow_synthetic: bool = True, on: date = TODAY) -> NationalId:
    return NationalId.parse(text, allow_synthetic=allow_synthetic, on=on)


def reason(text: str, **options: Any) -> str:
    with pytest.raises(NationalIdMalformed) as refused:
        parse(text, **options)
    return refused.value.document()["reason"]


@pytest.mark.parametrize(
    ("number", "birth_date"),
    [
        # published by NHN (month + 65) and by Skatteetaten's Tenor (month + 80)
        ("22750884907", date(2008, 10, 22)),
        ("16758532406", date(1985, 10, 16)),
        ("21814497167", date(1944, 1, 21)),
        ("26908896636", date(1988, 10, 26)),
    ],
)
def test_I2_published_numbers_of_test_populations_are_taken_where_allowed(number: str, birth_date: date) -> None:
    found = parse(number)

    assert (found.birth_date, found.kind, found.synthetic, found.reveal()) == (birth_date, "fnr", True, number)


@settings(max_examples=300, deadline=None)
@given(DAYS, st.integers(0, 150), st.sampled_from(["fnr", "dnr"]), st.sampled_from(["tenor", "nhn"]))
def test_every_generated_number_is_read_as_it_was_made(day: date, sequence: int, kind: Any, synthetic: Any) -> None:
    number = generate(day, sequence, kind=kind, synthetic=synthetic)

    found = parse(number)

    assert (found.birth_date, found.kind, found.synthetic) == (day, kind, True)


@pytest.mark.parametrize(
    "number", [generate(date(1980, 5, 17), 0), generate(date(1980, 5, 17), 0, kind="dnr", synthetic="nhn")]
)
def test_I2_synthetic_numbers_are_refused_where_not_allowed(number: str) -> None:
    assert reason(number, allow_synthetic=False) == "synthetic-not-accepted"


@pytest.mark.parametrize("kind", ["fnr", "dnr"])
def test_numbers_of_the_register_itself_are_taken(kind: str) -> None:
    """Made here, of the year 1854, in which nobody alive was born."""
    stem = f"{17 if kind == 'fnr' else 57}0554"
    number = next(n for i in range(500, 600) if (n := _completed(f"{stem}{i}")))

    found = parse(number, allow_synthetic=False)

    assert (found.kind, found.synthetic, found.birth_date) == (kind, False, date(1854, 5, 17))


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(0, 10), st.integers(0, 10), st.integers(1, 9))
def test_P3_one_wrong_digit_is_always_noticed(day: date, sequence: int, place: int, by: int) -> None:
    number = generate(day, sequence)
    wrong = f"{number[:place]}{(int(number[place]) + by) % 10}{number[place + 1 :]}"

    with pytest.raises((NationalIdCheckDigits, NationalIdMalformed)):
        parse(wrong)


@pytest.mark.parametrize("place", [9, 10])
def test_P3_wrong_check_digits_are_told_apart_from_a_malformed_number(place: int) -> None:
    wrong = f"{NUMBER[:place]}{(int(NUMBER[place]) + 1) % 10}{NUMBER[place + 1 :]}"

    with pytest.raises(NationalIdCheckDigits) as refused:
        parse(wrong)

    assert (refused.value.status, refused.value.code) == (422, "national-id-check-digits")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "length"),
        (NUMBER[:-1], "length"),
        (NUMBER + "0", "length"),
        (f" {NUMBER}", "length"),
        (f"{NUMBER[:10]} ", "characters"),
        (f"{NUMBER[:10]}\n", "characters"),
        (f"{NUMBER[:10]}\x00", "characters"),
        (f"+{NUMBER[1:]}", "characters"),
        (f"{NUMBER[:5]}_{NUMBER[6:]}", "characters"),
        ("".join(chr(ord(c) + 0xFEE0) for c in NUMBER), "characters"),
        ("".join(chr(ord(c) - ord("0") + 0x0660) for c in NUMBER), "characters"),
        ("²²²²²²²²²²²", "characters"),
        ("00818012345", "date"),
        ("32818012345", "date"),
        ("40818012345", "date"),
        ("72818012345", "date"),
        ("01800112345", "date"),
        ("01931212345", "date"),
        ("01652012345", "date"),
        ("01782012345", "date"),
        ("01132012345", "date"),
        ("01402012345", "date"),
        ("01000012345", "date"),
        ("31048012345", "date"),
        ("01415012345", "help-number-not-accepted"),
        ("01525012345", "help-number-not-accepted"),
        ("80018012345", "help-number-not-accepted"),
        ("99999999999", "help-number-not-accepted"),
        ("01815075012", "individual-number"),
        ("01814089912", "individual-number"),
        ("01815350012", "individual-number"),
    ],
)
def test_P3_what_is_malformed_is_told_in_what_way(text: str, expected: str) -> None:
    assert reason(text) == expected


@pytest.mark.parametrize(
    ("year", "exists"), [(1900, False), (1904, True), (1999, False), (2000, True), (2023, False), (2024, True)]
)
def test_29_february_exists_in_leap_years_only(year: int, exists: bool) -> None:
    stem = f"2982{year % 100:02}"
    numbers = [n for i in _individual_numbers(year) if (n := _completed(f"{stem}{i:03}"))]

    if exists:
        assert {parse(number).birth_date for number in numbers} == {date(year, 2, 29)}
    else:
        assert {reason(number) for number in numbers} == {"date"}


@pytest.mark.parametrize(
    ("individual_number", "year", "born"),
    [
        (0, 0, 1900),
        (499, 99, 1999),
        (500, 0, 2000),
        (999, 26, 2026),
        (500, 54, 1854),
        (749, 99, 1899),
        (900, 40, 1940),
        (999, 99, 1999),
    ],
)
def test_the_century_follows_from_the_individual_number(individual_number: int, year: int, born: int) -> None:
    step = -1 if individual_number in (499, 749, 999) else 1
    numbers = (_completed(f"0181{year:02}{individual_number + step * i:03}") for i in range(20))

    assert parse(next(n for n in numbers if n)).birth_date == date(born, 1, 1)


def test_nobody_is_born_in_the_future() -> None:
    tomorrow, today = generate(date(2026, 11, 23), 0), generate(TODAY, 0)

    assert reason(tomorrow) == "born-in-future"
    assert parse(today).age(TODAY) == 0


def test_without_a_day_to_judge_by_it_is_today() -> None:
    assert NationalId.parse(NUMBER, allow_synthetic=True) == parse(NUMBER)
    with pytest.raises(NationalIdMalformed):
        NationalId.parse(generate(date(2039, 12, 31), 0), allow_synthetic=True)


@pytest.mark.parametrize("remainder", [1, 2, 3])
def test_the_series_of_2032_counts_from_that_year(remainder: int) -> None:
    number = _completed("178180123", remainder)
    assert number

    with pytest.raises(NationalIdCheckDigits):
        parse(number, on=date(2031, 12, 31))
    found = parse(number, on=date(2032, 1, 1))

    assert (found.birth_date, found.century_known) == (date(1980, 1, 17), False)


def test_the_older_series_counts_on_after_2032() -> None:
    found = parse(NUMBER, on=date(2040, 1, 1))

    assert (found.birth_date, found.century_known) == (date(1980, 5, 17), True)


@pytest.mark.parametrize("remainder", [4, 5, 10])
def test_other_remainders_count_at_no_time(remainder: int) -> None:
    numbers = [n for i in range(100, 110) if (n := _completed(f"178180{i}", remainder))]

    assert numbers
    for number in numbers:
        with pytest.raises(NationalIdCheckDigits):
            parse(number, on=date(2033, 1, 1))


@pytest.mark.parametrize(
    ("year", "on", "born"),
    [("31", date(2032, 6, 1), 2031), ("33", date(2032, 6, 1), 1933), ("40", date(2041, 1, 1), 2040)],
)
def test_a_number_of_2032_is_of_the_youngest_person_it_can_be(year: str, on: date, born: int) -> None:
    numbers = (_completed(f"1781{year}{i}", 1) for i in range(400, 420))

    assert parse(next(n for n in numbers if n), on=on).birth_date == date(born, 1, 17)


def test_29_february_of_the_series_of_2032_is_looked_for_in_the_right_century() -> None:
    numbers = (_completed(f"298200{i}", 2) for i in range(400, 420))

    assert parse(next(n for n in numbers if n), on=date(2032, 3, 1)).birth_date == date(2000, 2, 29)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2010, 6, 15), date(2026, 6, 14), 15),
        (date(2010, 6, 15), date(2026, 6, 15), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(1926, 11, 22), TODAY, 100),
    ],
)
def test_S5_age_is_counted_in_whole_years(born: date, on: date, age: int) -> None:
    assert parse(generate(born, 0)).age(on) == age


SHOWN = [repr, str, "{}".format, "{:>40}".format, lambda n: f"{n!r}", lambda n: "%s" % n, lambda n: f"{[n]} {(n,)}"]  # noqa: UP031


@pytest.mark.parametrize("show", SHOWN)
def test_I1_a_number_shows_itself_in_no_text(show: Any) -> None:
    shown = show(parse(NUMBER))

    assert "NationalId(***)" in shown
    assert NUMBER not in shown


@pytest.mark.parametrize(
    "leak",
    [
        pickle.dumps,
        json.dumps,
        lambda n: n.__reduce__(),
        lambda n: n.__reduce_ex__(4),
        lambda n: n.__getstate__(),
        vars,
        int,
        bytes,
        list,
    ],
)
def test_I1_a_number_is_serialised_by_nothing(leak: Any) -> None:
    with pytest.raises(TypeError) as refused:
        leak(parse(NUMBER))

    assert NUMBER not in str(refused.value)


def test_I1_a_copy_is_masked_as_well() -> None:
    found = parse(NUMBER)

    assert copy.copy(found) is copy.deepcopy([found])[0] is found


@pytest.mark.parametrize("attribute", ["birth_date", "kind", "synthetic", "century_known", "new"])
def test_a_number_cannot_be_changed(attribute: str) -> None:
    with pytest.raises(AttributeError):
        setattr(parse(NUMBER), attribute, None)


def test_a_number_is_made_by_parsing_only() -> None:
    with pytest.raises(TypeError):
        NationalId()


def test_equal_numbers_are_equal_and_nothing_else_is() -> None:
    again, other = parse(NUMBER), parse(generate(date(1980, 5, 17), 1))

    assert {parse(NUMBER), again, other} == {again, other}
    assert parse(NUMBER) != NUMBER


@pytest.mark.parametrize("text", [NUMBER[:-1] + "x", NUMBER[:-1], NUMBER[:-1] + "0", "32" + NUMBER[2:]])
def test_I1_no_refusal_holds_the_number(text: str) -> None:
    with pytest.raises((NationalIdMalformed, NationalIdCheckDigits)) as refused:
        parse(text)

    said = "".join(traceback.format_exception(refused.value)) + json.dumps(refused.value.document("en"))
    assert text not in said
    assert refused.value.__cause__ is None


def test_populations_are_the_same_for_the_same_seed_and_all_different() -> None:
    numbers = population(500, seed=7)

    assert numbers == population(500, seed=7) != population(500, seed=8)
    assert len(set(numbers)) == 500
    assert all(parse(number).synthetic for number in numbers)


@pytest.mark.parametrize("day", [date(1853, 12, 31), date(2040, 1, 1)])
def test_a_day_without_a_series_has_no_number(day: date) -> None:
    with pytest.raises(ValueError, match="ends before"):
        generate(day, 0)


def _individual_numbers(year: int) -> range:
    return range(100, 130) if year < 2000 else range(600, 630)


def _completed(nine: str, remainder: int = 0) -> str | None:
    """With check digits, the first of which leaves the remainder; None where one of them would be 10."""
    first = (remainder - _weighted(nine, (3, 7, 6, 1, 8, 9, 4, 5, 2))) % 11
    second = -_weighted(f"{nine}{first}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11 if first < 10 else 10
    return f"{nine}{first}{second}" if second < 10 else None


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
