"""docker-compose.yml against the code it starts. There is no Docker where these run: the file is read, not executed."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from compose_spec import PyCompose

from sandbox.seed_containers import Containers
from sandbox.services import SERVICES, Service
from sandbox.settings import SandboxSettings
from shared.settings import ServiceSettings
from tools.bench.large_server import MEMORY

ROOT = Path(__file__).parents[2]
PACKAGES = {service.name: service.name.replace("-", "_") for service in SERVICES}
PARTS = ("", "-worker")
MADE_OF = (*PARTS, "-migrate")
ABOUT_SECRETS = re.compile(r"PASS|SECRET|KEY|TOKEN|CREDENTIAL")

by_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
by_part = pytest.mark.parametrize("part", PARTS, ids=("api", "worker"))


def settings_of(service: Service) -> type[ServiceSettings]:
    settings: type[ServiceSettings] = import_module(f"{PACKAGES[service.name]}.settings").Settings
    return settings


def test_the_file_is_as_the_compose_specification_has_it(compose: Any, sandbox_variables: dict[str, str]) -> None:
    read = PyCompose.from_yaml(yaml.safe_dump(compose.filled(sandbox_variables)))
    assert {name for name in compose.containers if read.get_service(name) is None} == set()


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("comand", ["a"]),
        ("read_only", "perhaps"),
        ("ports", ["1:2:3:x"]),
        ("restart", "sometimes"),
        ("depends_on", {"postgres": {"condition": "service_fine"}}),
        ("healthcheck", {"interval": "soon"}),
        ("deploy", {"resources": {"limits": {"memroy": "1G"}}}),
        ("environment", {"A": {"b": "c"}}),
    ],
)
def test_what_the_specification_does_not_have_is_found(
    compose: Any, sandbox_variables: dict[str, str], place: str, wrong: Any
) -> None:
    whole = compose.filled(sandbox_variables)
    whole["services"]["catalog-api"][place] = wrong
    with pytest.raises(ValueError, match=r"catalog-api"):
        PyCompose.from_yaml(yaml.safe_dump(whole))


@by_part
@by_service
def test_every_name_is_a_setting_and_every_required_setting_is_there(compose: Any, service: Service, part: str) -> None:
    given = {name.lower() for name in compose.containers[service.name + part]["environment"]}
    fields = settings_of(service).model_fields
    assert given - fields.keys() == set()
    assert {name for name, field in fields.items() if field.is_required()} - given == set()


@by_part
@by_service
def test_the_sandbox_profile_makes_valid_settings(
    compose: Any, sandbox_variables: Any, service: Service, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(service)
    for name in settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in compose.environment(service.name + part, sandbox_variables).items():
        monkeypatch.setenv(name, value)
    built = settings()  # type: ignore[call-arg]
    assert built.service == service.name
    assert (built.broker_url is None) == (part == "")


@by_service
def test_a_service_knows_only_its_own_database(compose: Any, service: Service) -> None:
    package = PACKAGES[service.name]
    for part in MADE_OF:
        environment = compose.containers[service.name + part]["environment"]
        assert environment["DATABASE_URL"] == (
            f"postgresql://{package}:${{{package.upper()}_DATABASE_PASSWORD:?}}@postgres:5432/{package}"
        )
        assert len(re.findall("_DATABASE_PASSWORD", str(environment))) == 1


@by_service
def test_commands_name_code_that_exists(compose: Any, service: Service) -> None:
    package = PACKAGES[service.name]
    app = compose.containers[service.name]["command"]
    assert app == ["uvicorn", f"{package}.app:from_environment"]
    assert callable(import_module(f"{package}.app").from_environment)
    assert compose.containers[f"{service.name}-worker"]["command"] == ["python", "-m", f"{package}.worker"]
    assert callable(import_module(f"{package}.worker").main)
    assert compose.containers[f"{service.name}-migrate"]["command"] == ["python", "-m", "shared.migrate", package]


def test_every_module_that_is_run_exists(compose: Any) -> None:
    modules = [c["command"][2] for c in compose.containers.values() if c.get("command", [])[:2] == ["python", "-m"]]
    assert len(modules) == 12
    assert [name for name in modules if find_spec(name) is None] == []


@by_service
def test_ports_are_those_of_the_contract_on_this_machine_only(
    compose: Any, image_environment: Any, service: Service
) -> None:
    inside = image_environment["UVICORN_PORT"]
    assert compose.containers[service.name]["ports"] == [f"127.0.0.1:{8100 + service.port_offset}:{inside}"]
    assert f"http://127.0.0.1:{inside}/health/ready" in compose.containers[service.name]["healthcheck"]["test"][-1]


@by_service
def test_a_worker_answers_where_its_health_is_asked_for(compose: Any, image_environment: Any, service: Service) -> None:
    worker = compose.containers[f"{service.name}-worker"]
    assert worker["environment"]["WORKER_PORT"] == image_environment["UVICORN_PORT"]
    assert worker["healthcheck"] == compose.containers[service.name]["healthcheck"]
    assert "WORKER_PORT" not in compose.containers[service.name]["environment"]


def test_nothing_is_open_beyond_this_machine(compose: Any) -> None:
    ports = [port for container in compose.containers.values() for port in container.get("ports", [])]
    assert "127.0.0.1:8100:8100" in ports
    # the gateway's too, unless it is told another address
    assert [port for port in ports if not port.startswith(("127.0.0.1:", "${GATEWAY_ADDRESS:-127.0.0.1}:"))] == []


def test_every_container_is_hardened(compose: Any) -> None:
    for name, container in compose.containers.items():
        user, group = (int(part) for part in container["user"].split(":"))
        assert user > 0, name
        assert group > 0, name
        assert container["read_only"] is True, name
        assert container["cap_drop"] == ["ALL"], name
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert container["deploy"]["resources"]["limits"].keys() >= {"cpus", "memory", "pids"}, name
        assert container.keys().isdisjoint({"privileged", "cap_add", "network_mode", "pid", "ipc"}), name


def test_images_are_pinned(compose: Any, dockerfile: str) -> None:
    images = {container["image"] for container in compose.containers.values()}
    own = {image for image in images if image.startswith("helseverktoy/")}
    assert {image.partition(":")[0] for image in own} == {f"helseverktoy/{name}" for name in (*PACKAGES, "sandbox")}
    assert all(image.endswith(":${VERSION:-dev}") for image in own)
    base = re.findall(r"^ARG PYTHON=(\S+)", dockerfile, re.MULTILINE)
    assert [
        image for image in (*(images - own), *base) if not re.search(r":v?\d+\.\d+(\.\d+)?(-[a-z-]+)?$", image)
    ] == []


def test_no_secret_is_written_down(compose: Any) -> None:
    required = re.compile(r"\$\{[A-Z_]+:\?[^}]*\}")
    for name, container in compose.containers.items():
        for key, value in (container.get("environment") or {}).items():
            if ABOUT_SECRETS.search(key) and not key.endswith("_FILE") and value is not None:
                assert required.fullmatch(value), f"{name}: {key}"
            if "://" in str(value) and "@" in value:
                password = value.partition("://")[2].partition(":")[2].rpartition("@")[0]
                assert required.fullmatch(password), f"{name}: {key}"


def test_the_example_names_every_variable_and_gives_no_secret(compose: Any, example_variables: Any) -> None:
    text = (ROOT / "deploy/docker/.env.example").read_text("utf-8")
    passed_on = {"SMTP_USERNAME", "SMTP_PASSWORD", "SMS_PER_SECOND", "EMAIL_PER_SECOND", "GATHER_SECONDS"}
    passed_on |= {"CAMPAIGN_LINK_ORIGINS", "COMPOSE_PROFILES"}
    passed_on |= {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"}
    used = {name for name, _ in compose.references} | passed_on
    # synthetic numbers are for the sandbox: the example does not invite to them
    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE)) == used - {"ALLOW_SYNTHETIC"}
    assert {name for name, operator in compose.references if "?" in operator} <= example_variables.keys()
    assert {n: v for n, v in example_variables.items() if v and ABOUT_SECRETS.search(n)} == {}


def test_the_sandbox_has_a_value_for_everything_required(compose: Any, sandbox_variables: Any) -> None:
    for name, operator in compose.references:
        assert operator == ":-" or name in sandbox_variables
        assert operator != ":?" or sandbox_variables[name]


@by_service
def test_start_order(compose: Any, service: Service) -> None:
    def migrated(*names: str) -> dict[str, dict[str, str]]:
        return {f"{name}-migrate": {"condition": "service_completed_successfully"} for name in names}

    healthy = {name: {"condition": "service_healthy"} for name in ("postgres", "rabbitmq")}
    assert compose.containers[f"{service.name}-migrate"]["depends_on"] == healthy
    assert compose.containers[service.name]["depends_on"] == migrated(service.name)
    # an event is kept only for those whose queues are there when it is sent
    assert compose.containers[f"{service.name}-worker"]["depends_on"] == migrated(*PACKAGES)


@by_service
def test_who_knows_the_broker(compose: Any, service: Service) -> None:
    parts = {part: "BROKER_URL" in compose.containers[service.name + part]["environment"] for part in MADE_OF}
    assert parts == {"": False, "-worker": True, "-migrate": True}


def test_what_is_waited_for_can_become_healthy(compose: Any) -> None:
    waits = [wait for container in compose.containers.values() for wait in container.get("depends_on", {}).items()]
    for name, wait in waits:
        assert wait["condition"] != "service_healthy" or "healthcheck" in compose.containers[name], name


def test_postgres_and_rabbitmq_are_reached_from_inside_only(compose: Any) -> None:
    assert compose.raw["networks"]["data"] == {"internal": True}
    for name in ("postgres", "rabbitmq"):
        assert compose.containers[name]["networks"] == ["data"]
        assert "ports" not in compose.containers[name]


def test_the_sandbox_is_off_unless_asked_for(compose: Any) -> None:
    optional = {name for name, container in compose.containers.items() if container.get("profiles")}
    observing = {name for name in optional if compose.containers[name]["profiles"] == ["observability"]}
    assert optional - observing == {"sandbox", "sandbox-seed", "gateway"}
    for name, container in compose.containers.items():
        assert name in optional or optional.isdisjoint(container.get("depends_on", {}))
        assert name in optional or "sandbox" not in container.get("image", "")


def test_the_sandbox_is_found_by_its_names(
    compose: Any, sandbox_variables: Any, image_environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in compose.environment("sandbox", sandbox_variables).items():
        monkeypatch.setenv(name, value)
    settings = SandboxSettings()
    host = f"http://{compose.containers['sandbox']['networks']['default']['aliases'][0]}:{settings.port_base}"
    assert settings.issuer == sandbox_variables["ISSUER"] == host
    assert settings.citizen_issuer == sandbox_variables["CITIZEN_ISSUER"]
    assert settings.sms_api_key == sandbox_variables["SMS_API_KEY"]
    assert f"{sandbox_variables['SMTP_HOST']}:{sandbox_variables['SMTP_PORT']}" == f"sandbox.test:{settings.smtp_port}"
    inside = Containers(settings.port_base, Path(), {}, "")
    assert inside.sandbox_url == host
    ports = {service.name: urlsplit(inside.address(service)) for service in SERVICES}
    assert {(url.hostname, str(url.port)) for url in ports.values()} == {
        (name, image_environment["UVICORN_PORT"]) for name in PACKAGES
    }


def test_the_sandbox_keeps_clients_keys_where_prescription_api_reads_them(compose: Any, sandbox_variables: Any) -> None:
    source, target, mode = compose.containers["prescription-api"]["volumes"][0].rsplit(":", 2)
    assert (target, mode) == ("/run/helseid", "ro")
    assert source.startswith("${HELSEID_CLIENT_KEYS:?")
    volume = sandbox_variables["HELSEID_CLIENT_KEYS"]
    assert volume in compose.raw["volumes"]
    assert f"{volume}:/state/clients" in compose.containers["sandbox"]["volumes"]
    assert compose.containers["sandbox"]["user"] == compose.containers["prescription-api"]["user"]


def test_citizens_are_measured_on_a_server_as_it_is_operated(compose: Any) -> None:
    command = compose.containers["postgres"]["command"]
    assert {f"{name}={value}" for name, value in MEMORY.items()} <= set(command)
