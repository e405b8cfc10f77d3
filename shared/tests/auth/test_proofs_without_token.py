"""DPoP where a token is fetched: no token is shown yet, and any key will do (RFC 9449, section 5)."""

from datetime import UTC, datetime

import pytest

from devkit.testing.proofs import ProofFault, ProofKey
from shared.auth import ProofInvalid, ProofReplayed
from shared.auth.dpop import Proofs, Request

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN_ENDPOINT = Request("POST", "https://issuer.example/token", None, None)


class Remembered:
    """A register of proofs for one process."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()

    async def first_use(self, digest: bytes, issued_at: float, expires_at: float) -> bool:
        is_new = digest not in self.seen
        self.seen.add(digest)
        return is_new

    async def close(self) -> None: ...


@pytest.fixture
def proofs() -> Proofs:
    return Proofs(Remembered(), lambda: NOW)


def proof(key: ProofKey, fault: ProofFault | None = None, address: str = TOKEN_ENDPOINT.address) -> str:
    return key.proof("POST", address, "", now=NOW, fault=fault, claims={"ath": None})


async def test_the_key_that_signed_is_told_and_not_kept(proofs: Proofs) -> None:
    for key in (ProofKey("ES256"), ProofKey("PS256")):
        assert await proofs.check(proof(key), TOKEN_ENDPOINT) == key.thumbprint
    assert proofs._keys == {}


async def test_a_proof_is_used_once_here_too(proofs: Proofs) -> None:
    made = proof(ProofKey())
    await proofs.check(made, TOKEN_ENDPOINT)
    with pytest.raises(ProofReplayed):
        await proofs.check(made, TOKEN_ENDPOINT)


@pytest.mark.parametrize("fault", [fault for fault in ProofFault if fault is not ProofFault.NO_ATH])
async def test_nothing_but_ath_may_be_missing_or_wrong(proofs: Proofs, fault: ProofFault) -> None:
    with pytest.raises(ProofInvalid):
        await proofs.check(proof(ProofKey(), fault), TOKEN_ENDPOINT)


async def test_it_is_for_this_address(proofs: Proofs) -> None:
    with pytest.raises(ProofInvalid):
        await proofs.check(proof(ProofKey(), address="https://issuer.example/par"), TOKEN_ENDPOINT)
