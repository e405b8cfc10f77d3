"""Key pairs that are made at the first start and kept as files, so that a restart changes no key.

They sign by python-jose, through `devkit.testing`, so that signer and verifier are independent implementations.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from jose import jwk as jose_jwk
from joserfc.jwk import ECKey, RSAKey

from devkit.testing.proofs import ProofKey, SigningKey, compact

_KINDS: dict[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}


def imported(jwk: Any) -> RSAKey | ECKey:
    """A JWK as joserfc sees it. Raises ValueError unless it is a whole one of kty RSA or EC."""
    try:
        kind = _KINDS[jwk["kty"]]
        key = kind.import_key(dict(jwk))
    except Exception as error:  # what is no object, no point on the curve, no base64: all of it is one refusal
        raise ValueError("not a JWK of kty RSA or EC") from error
    return key


def private_document(key: SigningKey) -> dict[str, str]:
    """The private JWK as a file or an answer holds it; the key id is the thumbprint of RFC 7638."""
    return {**key.private_jwk, "kid": key.thumbprint, "alg": key.algorithm, "use": "sig"}


class KeptKey(ProofKey):
    """A key pair that is read from a private JWK with `alg`, instead of being made."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Raises ValueError when the JWK is not a whole private one."""
        key = imported(document)
        if key.private_key is None:
            raise ValueError("not a private key")
        self.algorithm = document["alg"]
        self.native = key.private_key
        self.private_jwk = {name: str(value) for name, value in key.as_dict(private=True).items() if name in _MEMBERS}
        self.public_jwk = {name: str(value) for name, value in key.as_dict(private=False).items() if name in _MEMBERS}
        self.thumbprint = key.thumbprint()
        # from the key itself, because reading an RSA key once more costs as much as fifty signatures
        self._jose = jose_jwk.construct(cast(Any, key.private_key), self.algorithm.replace("PS", "RS"))

    @property
    def public_document(self) -> dict[str, str]:
        return {**self.public_jwk, "kid": self.thumbprint, "alg": self.algorithm, "use": "sig"}

    @property
    def private_document(self) -> dict[str, str]:
        return private_document(self)


_MEMBERS = frozenset({"kty", "crv", "x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi"})


class KeyStore:
    """`<directory>/<name>.jwk.json`, readable by the owner only."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def get(self, name: str, algorithm: str) -> KeptKey:
        """The key of that name, made now if it is not there; two processes that start at once get the same one."""
        path = self.directory / f"{name}.jwk.json"
        if not path.exists():
            self._create(path, private_document(SigningKey(algorithm)))
        return KeptKey(json.loads(path.read_text(encoding="utf-8")))

    def _create(self, path: Path, document: dict[str, str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(document, indent=2), encoding="utf-8")
        try:
            os.link(draft, path)  # unlike a rename, this never replaces what another process has just made
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def signed(header: dict[str, Any], claims: dict[str, Any], key: SigningKey) -> str:
    return compact({"alg": key.algorithm} | header, claims, key.sign)
