"""The sandbox speaks for invented issuers only."""

import pytest
from pydantic import ValidationError

from sandbox.app import create_app
from sandbox.settings import SandboxSettings


@pytest.mark.parametrize(
    "issuer",
    [
        "https://helseid-sts.nhn.no",
        "https://helseid-sts.test.nhn.no",
        "https://HELSEID-STS.nhn.no.test",
        "https://eksternapi.helsenorge.no",
        "http://127.0.0.1:8100/helsenorge.no",
        "https://example.com",
        "http://127.0.0.1.example.com",
        "http://test",
        "http://10.0.0.4:8100",
        "https://somebody@example.com:80/localhost",
        "127.0.0.1:8100",
        "",
    ],
)
@pytest.mark.parametrize("field", ["issuer", "citizen_issuer"])
def test_never_starts_against_an_issuer_that_could_be_real(field: str, issuer: str) -> None:
    with pytest.raises(ValidationError, match="never speaks for a real issuer"):
        SandboxSettings(**{field: issuer})


@pytest.mark.parametrize(
    "issuer",
    [
        "http://127.0.0.1:8100",
        "http://[::1]:8100",
        "http://localhost:9",
        "https://issuer.sandbox.test",
        "http://a.localhost",
    ],
)
def test_starts_against_this_machine_and_reserved_names(issuer: str) -> None:
    settings = SandboxSettings(issuer=issuer)

    assert settings.issuer == issuer
    assert settings.citizen_issuer == issuer + "/citizen"


def test_the_guard_holds_when_validation_is_passed_by(fresh_settings: SandboxSettings) -> None:
    changed = fresh_settings.model_copy(update={"issuer": "https://helseid-sts.nhn.no"})

    with pytest.raises(ValueError, match="never speaks for a real issuer"):
        create_app(changed)


def test_port_base_moves_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT_BASE", "9300")

    settings = SandboxSettings()

    assert settings.issuer == settings.public_url == "http://127.0.0.1:9300"
    assert settings.service_urls["helsetilbud-api"] == "http://127.0.0.1:9305"
    assert settings.smtp_port == 9325
