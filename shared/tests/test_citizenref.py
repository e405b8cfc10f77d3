"""I1: a citizen reference stands for a number, and nobody without the key gets back."""

import base64
import hashlib
import hmac
import pickle
import re
from datetime import date

import pytest
from pydantic import SecretStr

from devkit.testing.national_ids import generate, population
from shared.citizenref import CitizenReferences
from shared.nationalid import NationalId

pytestmark = pytest.mark.rule("I1")

KEYS = {"k1": bytes(range(32)), "k2": bytes(range(100, 164))}
NUMBER = generate(date(1980, 5, 17), 0)


@pytest.fixture
def national_id() -> NationalId:
    return NationalId.parse(NUMBER, allow_synthetic=True)


def test_I1_a_reference_is_the_keys_id_and_128_bits_of_hmac_sha_256(national_id: NationalId) -> None:
    digest = hmac.new(KEYS["k1"], NUMBER.encode(), hashlib.sha256).digest()[:16]
    expected = "k1-" + base64.b32encode(digest).decode().rstrip("=").lower()

    reference = CitizenReferences(KEYS, "k1").of(national_id)

    assert reference == expected
    assert re.fullmatch(r"k1-[a-z2-7]{26}", reference)


def test_I1_the_same_number_has_the_same_reference_and_another_has_another() -> None:
    references = CitizenReferences(KEYS, "k1")
    people = [NationalId.parse(number, allow_synthetic=True) for number in population(1000, seed=1)]

    made = [references.of(person) for person in people]

    assert made == [references.of(person) for person in people]
    assert len(set(made)) == 1000


def test_I1_another_key_gives_another_reference(national_id: NationalId) -> None:
    first, second = (CitizenReferences(KEYS, current).of(national_id) for current in KEYS)

    assert first.partition("-")[2] != second.partition("-")[2]


def test_a_key_that_replaces_another_is_used_on_what_that_one_made(national_id: NationalId) -> None:
    before, after = (CitizenReferences(KEYS, current) for current in KEYS)
    digest = hmac.new(KEYS["k2"], before.of(national_id).encode(), hashlib.sha256).digest()[:16]

    assert after.of(national_id) == "k2-" + base64.b32encode(digest).decode().rstrip("=").lower()
    assert before.of(national_id) == CitizenReferences({"k1": KEYS["k1"]}, "k1").of(national_id)


def test_a_reference_is_renewed_wherever_it_stands_without_knowing_whose_it_is(national_id: NationalId) -> None:
    three = {**KEYS, "k3": bytes(range(50, 90))}
    first, second, third = (CitizenReferences(three, current) for current in three)
    old, middle, new = (references.of(national_id) for references in (first, second, third))
    text = '{{"data": {{"citizen": "{0}", "by": ["{0}"]}}, "id": "x{0}"}}'

    assert third.renew(text.format(old)) == text.format(new).replace(f"x{new}", f"x{old}")
    assert third.renew(middle) == new
    assert second.renew(f"{old} {new}") == f"{middle} {new}"
    assert first.renew(f"{old} {new}") == f"{old} {new}"


def test_keys_come_from_settings_as_secrets(national_id: NationalId) -> None:
    secrets = {name: SecretStr(key.hex()) for name, key in KEYS.items()}

    references = CitizenReferences.from_secrets(secrets, "k1")

    as_bytes = CitizenReferences({name: key.hex().encode() for name, key in KEYS.items()}, "k1")
    assert references.of(national_id) == as_bytes.of(national_id)


@pytest.mark.parametrize(
    ("keys", "current"),
    [
        ({}, "k1"),
        (KEYS, "k3"),
        ({"k1": b"x" * 31}, "k1"),
        ({"k1": b""}, "k1"),
        ({**KEYS, "k3": b"short"}, "k1"),
        ({"K1": b"x" * 32}, "K1"),
        ({"k-1": b"x" * 32}, "k-1"),
        ({"": b"x" * 32}, ""),
        ({"k23456789": b"x" * 32}, "k23456789"),
    ],
)
def test_keys_that_are_not_sound_are_refused_at_the_start(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        CitizenReferences(keys, current)

    assert "xxx" not in str(refused.value)
    assert "short" not in str(refused.value).replace("shorter", "")


def test_I1_the_keys_show_themselves_nowhere() -> None:
    references = CitizenReferences(KEYS, "k1")

    assert repr(references) == "CitizenReferences(current='k1')"
    assert not any(key in repr(vars(references)).encode("latin-1") for key in KEYS.values())
    with pytest.raises(TypeError):
        pickle.dumps(references)
