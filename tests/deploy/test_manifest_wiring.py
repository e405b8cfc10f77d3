"""deploy/kubernetes against docker-compose.yml and the services' settings: same commands, names, ports and reach."""

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sandbox.services import SERVICES, Service
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
PACKAGES = {service.name: service.name.replace("-", "_") for service in SERVICES}
PARTS = ("", "-worker")
SIBLINGS = {"CATALOG_URL": "catalog-api", "CONSENT_URL": "consent-api", "PRESCRIPTION_URL": "prescription-api"}
REACHES = "helseverktoy/reaches-"

by_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
by_part = pytest.mark.parametrize("part", PARTS, ids=("api", "worker"))
Kinds = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def made(manifests: Callable[[str], Kinds]) -> Kinds:
    return manifests("production")


def container_of(manifest: dict[str, Any]) -> dict[str, Any]:
    [container] = manifest["spec"]["template"]["spec"]["containers"]
    return dict(container)


def told(made: Kinds, name: str) -> dict[str, str]:
    """Every variable of a Deployment; of a secret one its Secret and key."""
    container = container_of(made["Deployment"][name])
    settings = {}
    for source in container["envFrom"]:
        settings |= made["ConfigMap"][source["configMapRef"]["name"]]["data"]
    secret = {v["name"]: v["valueFrom"]["secretKeyRef"] for v in container["env"] if "valueFrom" in v}
    plain = {v["name"]: v["value"] for v in container["env"] if "value" in v}
    return settings | plain | {name: f"{ref['name']}/{ref['key']}" for name, ref in secret.items()}


@by_part
@by_service
def test_the_same_is_told_as_in_compose(made: Kinds, compose: Any, service: Service, part: str) -> None:
    # paces and the time of gathering have defaults, and are given in compose only where they are set
    optional = {"SMS_PER_SECOND", "EMAIL_PER_SECOND", "GATHER_SECONDS"}
    name = service.name + part
    assert told(made, name).keys() == compose.containers[name]["environment"].keys() - optional


@by_part
@by_service
def test_the_settings_are_valid(made: Kinds, service: Service, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: type[ServiceSettings] = import_module(f"{PACKAGES[service.name]}.settings").Settings
    for name in settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    invented = {
        "CITIZEN_REFERENCE_KEYS": json.dumps({"k1": "not a secret: made up for this test, and long"}),
        "RECEIPT_SECRETS": "{}",
    }
    for name, value in (told(made, service.name + part) | invented).items():
        if name in settings.model_fields or name.lower() in settings.model_fields:
            monkeypatch.setenv(name, value)
    assert settings().service == service.name  # type: ignore[call-arg]


@by_service
def test_commands_are_those_of_compose(made: Kinds, compose: Any, service: Service) -> None:
    for part in PARTS:
        name = service.name + part
        assert container_of(made["Deployment"][name])["command"] == compose.containers[name]["command"]
    migrate = f"{service.name}-migrate"
    assert container_of(made["Job"][migrate])["command"] == compose.containers[migrate]["command"]


@by_service
def test_ports_are_those_that_are_listened_to(made: Kinds, image_environment: dict[str, str], service: Service) -> None:
    listens = int(image_environment["UVICORN_PORT"])
    for part in PARTS:
        assert container_of(made["Deployment"][service.name + part])["ports"] == [
            {"name": "http", "containerPort": listens}
        ]
    assert told(made, f"{service.name}-worker")["WORKER_PORT"] == str(listens)
    assert made["Service"][service.name]["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]


@by_service
def test_a_service_knows_its_own_database_only(made: Kinds, service: Service) -> None:
    """Each has a user and a password of its own, made by the operator, and no path to another's."""
    expected = f"{service.name}-database-app/uri"
    for part in PARTS:
        assert told(made, service.name + part)["DATABASE_URL"] == expected
    job = container_of(made["Job"][f"{service.name}-migrate"])
    assert {v["name"]: v["valueFrom"]["secretKeyRef"]["name"] for v in job["env"]} == {
        "DATABASE_URL": f"{service.name}-database-app",
        "BROKER_URL": "broker-default-user",
    }
    initdb = made["Cluster"][f"{service.name}-database"]["spec"]["bootstrap"]["initdb"]
    assert initdb["database"] == initdb["owner"] == PACKAGES[service.name]


def test_databases_are_those_of_compose(made: Kinds, compose: Any) -> None:
    version = compose.containers["postgres"]["image"].partition(":")[2].partition("-")[0]
    assert made["RabbitmqCluster"]["broker"]["spec"]["image"] == compose.containers["rabbitmq"]["image"]
    script = (ROOT / "deploy/docker/postgres/create-databases.sh").read_text("utf-8")
    command = " ".join(compose.containers["postgres"]["command"])
    for cluster in made["Cluster"].values():
        assert cluster["spec"]["imageName"].partition(":")[2].startswith(f"{version}-")
        for statement in cluster["spec"]["bootstrap"]["initdb"]["postInitApplicationSQL"]:
            assert f"{statement};" in script
        for name, value in cluster["spec"]["postgresql"]["parameters"].items():
            assert f"{name}={value}" in command


@by_part
@by_service
def test_files_are_mounted_where_they_are_read(made: Kinds, service: Service, part: str) -> None:
    deployment = made["Deployment"][service.name + part]
    read = {value for name, value in told(made, service.name + part).items() if name.endswith("_FILE")}
    mounts = {m["mountPath"]: m["name"] for m in container_of(deployment)["volumeMounts"]}
    volumes = {v["name"]: v for v in deployment["spec"]["template"]["spec"]["volumes"]}
    assert {path.rpartition("/")[0] for path in read} == mounts.keys() - {"/tmp"}  # noqa: S108 - a mount
    for path in read:
        secret = volumes[mounts[path.rpartition("/")[0]]]["secret"]["secretName"]
        assert path.rpartition("/")[2] in {data["secretKey"] for data in made["ExternalSecret"][secret]["spec"]["data"]}


@by_part
@by_service
def test_each_key_that_is_read_is_fetched(made: Kinds, service: Service, part: str) -> None:
    fetched = {
        f"{name}/{data['secretKey']}"
        for name, secret in made["ExternalSecret"].items()
        for data in secret["spec"]["data"]
    }
    values = told(made, service.name + part).values()
    from_outside = {v for v in values if v.partition("/")[0] in made["ExternalSecret"] and v.count("/") == 1}
    assert f"{'citizen-references'}/CITIZEN_REFERENCE_KEYS" in from_outside
    assert from_outside <= fetched


def needed(environment: dict[str, Any], part: str) -> set[str]:
    """What the variables of a container in docker-compose.yml say that it talks to, besides its database."""
    reaches = {"broker"} if "BROKER_URL" in environment else set()
    if environment.keys() & SIBLINGS.keys():
        reaches.add("siblings")
    # an API asks the issuers for their keys; a worker asks outside only in its service's own name
    if part == "" or "HELSEID_CLIENT_ID" in environment:
        reaches.add("outside")
    # e-mail is sent by the worker
    if "SMTP_HOST" in environment and part == "-worker":
        reaches.add("mail")
    return reaches


def reaches(manifest: dict[str, Any]) -> set[str]:
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    return {label.removeprefix(REACHES) for label in labels if label.startswith(REACHES)}


@by_service
def test_pods_reach_what_their_settings_name_and_no_more(made: Kinds, compose: Any, service: Service) -> None:
    for part in PARTS:
        environment = compose.containers[service.name + part]["environment"]
        assert reaches(made["Deployment"][service.name + part]) == needed(environment, part)
    assert reaches(made["Job"][f"{service.name}-migrate"]) == {"broker"}


def matched(policy: dict[str, Any], labels: dict[str, str]) -> bool:
    selector = policy["spec"]["podSelector"]
    for expression in selector.get("matchExpressions", []):
        value = labels.get(expression["key"])
        if value is None or (expression["operator"] == "In" and value not in expression["values"]):
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def openings(made: Kinds, direction: str, labels: dict[str, str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Who is opened to a pod with these labels, and at which ports."""
    for policy in made["NetworkPolicy"].values():
        if matched(policy, labels):
            for rule in policy["spec"].get(direction, []):
                ports = tuple(port["port"] for port in rule["ports"])
                for peer in rule.get("to" if direction == "egress" else "from", [{}]):
                    yield json.dumps(peer, sort_keys=True), ports


def pod(**labels: str) -> str:
    return json.dumps({"podSelector": {"matchLabels": labels}}, sort_keys=True)


def namespace(name: str) -> str:
    return json.dumps({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}, sort_keys=True)


def test_everything_is_closed_that_is_not_opened(made: Kinds) -> None:
    assert made["NetworkPolicy"]["closed"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, policy in made["NetworkPolicy"].items():
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
            assert rule["ports"], name
        for rule in policy["spec"].get("ingress", []):
            assert rule["from"], name


@by_part
@by_service
def test_each_opening_of_a_pod_is_one_it_needs(
    made: Kinds, compose: Any, service: Service, part: str, image_environment: dict[str, str]
) -> None:
    name = service.name + part
    labels = made["Deployment"][name]["spec"]["template"]["metadata"]["labels"]
    found = dict(openings(made, "egress", labels))
    [dns] = [peer for peer in found if "kube-dns" in peer]
    assert found.pop(dns) == (53, 53)
    assert found.pop(pod(**{"cnpg.io/cluster": f"{service.name}-database"})) == (5432,)
    reach = needed(compose.containers[name]["environment"], part)
    assert (found.pop(pod(**{"app.kubernetes.io/name": "broker"}), None) == (5672,)) == ("broker" in reach)
    assert found.pop(namespace("monitoring")) == (4318,)
    assert (found.pop(namespace("gateway"), None) == (443, 8443)) == ("siblings" in reach)
    outside = [ports for peer, ports in openings(made, "egress", labels) if "ipBlock" in peer]
    assert sorted(outside) == [(443,)] * ("outside" in reach) + [(587,)] * ("mail" in reach)
    assert [peer for peer in found if "ipBlock" not in peer] == []
    port = int(image_environment["UVICORN_PORT"])
    entered = {namespace("monitoring"): (port,)} | ({namespace("gateway"): (port,)} if part == "" else {})
    assert dict(openings(made, "ingress", labels)) == entered


def test_spans_go_to_the_collector_where_it_is_chosen(made: Kinds, manifests: Callable[[str], Kinds]) -> None:
    address = told(made, "catalog-api")["OTEL_EXPORTER_OTLP_ENDPOINT"]
    assert address == "http://otel-collector.monitoring:4318"
    small = manifests("small")
    assert told(small, "catalog-api")["OTEL_EXPORTER_OTLP_ENDPOINT"] == ""
    assert "reaches-collector" not in small["NetworkPolicy"]


@by_service
def test_a_database_is_entered_by_its_service_its_replicas_and_those_who_look_after_it(
    made: Kinds, service: Service
) -> None:
    entered = {peer for peer, _ in openings(made, "ingress", {"cnpg.io/cluster": f"{service.name}-database"})}
    assert entered == {
        pod(**{"app.kubernetes.io/name": service.name}),
        pod(**{"cnpg.io/cluster": f"{service.name}-database"}),
        namespace("cnpg-system"),
        namespace("monitoring"),
    }


def test_a_sibling_is_asked_at_its_public_address(made: Kinds) -> None:
    """A proof names the address that was called, and it is checked against PUBLIC_URL."""
    for name in made["Deployment"]:
        environment = told(made, name)
        for variable, sibling in SIBLINGS.items():
            if variable in environment:
                assert environment[variable] == told(made, sibling)["PUBLIC_URL"]


@by_service
def test_every_path_of_a_contract_is_routed_to_its_service(made: Kinds, service: Service) -> None:
    contract = json.loads((ROOT / f"openapi/{service.name}.json").read_text("utf-8"))
    routes = made["HTTPRoute"][service.name]["spec"]["rules"]
    prefixes = {}
    for rule in routes:
        [match] = rule["matches"]
        [filter_] = [each for each in rule["filters"] if each["type"] == "URLRewrite"]
        prefixes[match["path"]["value"]] = filter_["urlRewrite"]["path"]["replacePrefixMatch"]
        assert rule["backendRefs"] == [{"name": service.name, "port": 80}]
    base = made["ConfigMap"][service.name]["data"]["PUBLIC_URL"].partition("://")[2].partition("/")[2]
    assert {prefix: inner for prefix, inner in prefixes.items() if prefix != f"/{base}{inner}"} == {}
    at_issuer = ("/.well-known/openid-configuration", "/oidc/")
    for path in contract["paths"]:
        if not path.startswith(at_issuer):
            assert any(path.startswith(f"{inner}/") for inner in prefixes.values()), path
    for internal in ("/metrics", "/health/live", "/health/ready", "/docs"):
        assert not any(f"{internal}/".startswith(f"{inner}/") for inner in prefixes.values())


def test_the_issuers_paths_are_at_its_own_host(made: Kinds) -> None:
    route, gateway = made["HTTPRoute"]["launch"]["spec"], made["Gateway"]["helseverktoy"]["spec"]
    [listener] = [each for each in gateway["listeners"] if each["name"] == route["parentRefs"][0]["sectionName"]]
    assert f"https://{listener['hostname']}" == made["ConfigMap"]["helsetilbud-api"]["data"]["LAUNCH_ISSUER"]
    assert [match["path"]["value"] for rule in route["rules"] for match in rule["matches"]] == [
        "/.well-known/openid-configuration",
        "/oidc",
    ]
