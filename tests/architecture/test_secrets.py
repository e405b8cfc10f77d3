"""No secret is in the repository: what looks like one is known to be none."""

import subprocess
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).parents[2]
# Value or its beginning, and what it is.
KNOWN = {
    "sandbox": "the sandbox profile's passwords, which open nothing else",
    "SetPrivateKeyInJwkHeader": "the name of a fault that a proof can have",
    "helsetilbud-api-helseid": "the name of a Secret in Kubernetes, as are the next two",
    "notification-service-helseid": "",
    "prescription-api-helseid": "",
    "the-": "what tests agree on with their stand-ins",
    "k1-abcdefghijklmnopqrstuvwxyz": "an example of a citizen reference",
    "abcdefghijklmnopqrstuvwxyz234567": "an alphabet",
    "2kGz0fO4yqmC5bB1wO2yX7e1t9m8f3aJm3v0H2p6d5k": "an example of a launch code",
    "6f0c6b1d6c1f4d7d9a532f3f6d1f0a11": "an example of a contact point's digest",
    "pX9c0fO4yqmC5bB1wO2yX7e1t9m8f3aJm3v0H2p6d5k": "an example of an access token",
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJzb3ZudHJhcHBhIn0": "an example of a signed assertion, without a signature",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJiMWY1YTNjOCJ9": "an example of an ID token, without a signature",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM": "the code challenge of RFC 7636, appendix B",
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk": "the code verifier of RFC 7636, appendix B",
}
NAMES_OF_SECRETS = "deploy/kubernetes/components/external-secrets/secrets.yaml"
PASSED_OVER = ("openapi", "*.lock", "*lock.json", "*.sha256", NAMES_OF_SECRETS, "tests/architecture/test_secrets.py")


def test_nothing_in_the_repository_looks_like_a_secret_that_is_not_known_to_be_none() -> None:
    found = SecretsCollection()
    with default_settings():
        found.scan_files(*(str(ROOT / path) for path in _written_by_hand()))
    looks = {secret.secret_value or "" for _, secret in found}
    assert {value for value in looks if not value.startswith(tuple(KNOWN))} == set()
    assert {known for known in KNOWN if not any(value.startswith(known) for value in looks)} == set()


def _written_by_hand() -> list[str]:
    """openapi/ is made of the code, lock files are full of digests, this file of what looks like secrets, and the
    list of what is fetched from elsewhere of the names of secrets.
    """
    listed = subprocess.run(
        ["git", "ls-files", "--", ".", *(f":!{path}" for path in PASSED_OVER)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()
