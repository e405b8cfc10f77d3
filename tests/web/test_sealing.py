"""What is sealed opens for what it was sealed for, and for nothing else."""

import pytest

from web.session.sealing import Seal, Unsealable

KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}


def test_what_is_sealed_opens_and_tells_nothing() -> None:
    sealed = Seal(KEYS, "k1").close({"number": "secret"}, b"row")
    assert b"secret" not in sealed
    assert Seal(KEYS, "k1").open(sealed, b"row") == {"number": "secret"}


def test_it_opens_after_the_key_was_changed_until_the_old_one_is_gone() -> None:
    sealed = Seal({"k1": KEYS["k1"]}, "k1").close(1, b"row")
    assert Seal(KEYS, "k2").open(sealed, b"row") == 1
    with pytest.raises(Unsealable):
        Seal({"k2": KEYS["k2"]}, "k2").open(sealed, b"row")


def test_it_does_not_open_for_another_row_nor_changed() -> None:
    seal = Seal(KEYS, "k1")
    sealed = seal.close(1, b"row")
    for tampered, about in ((sealed, b"other"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"row"), (b"k1:", b"row")):
        with pytest.raises(Unsealable):
            seal.open(tampered, about)


def test_a_mark_is_the_same_for_the_same_and_another_for_another() -> None:
    seal = Seal(KEYS, "k1")
    assert seal.mark("a", "b") == seal.mark("a", "b")
    assert len({seal.mark("a", "b"), seal.mark("ab", ""), seal.mark("b", "a"), Seal(KEYS, "k2").mark("a", "b")}) == 4
