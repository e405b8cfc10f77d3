"""What is measured is what the code counts: rules, dashboards, runbook and scraping, against the registries."""

import json
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from fastapi import FastAPI

from notification_service.sending.measuring import DeliveryMetrics
from sandbox.services import SERVICES, Service
from shared.asking import show_state
from shared.errors import NotFound, install_error_handlers
from shared.events.prescription import ToolPrescribed
from shared.http import Gate
from shared.metrics import Metrics

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/observability"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "prometheus/rules.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((FOLDER / "grafana/dashboards/helseverktoy.json").read_text("utf-8"))
RUNBOOK = (ROOT / "docs/runbook.md").read_text("utf-8")
QUERIES = {rule["alert"]: rule["expr"] for rule in RULES} | {
    panel["title"]: target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
}
# what Prometheus adds by itself, and deploy/observability/prometheus/prometheus.yml
SCRAPED = {"job", "service", "instance"}
by_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())


@pytest.fixture(scope="module")
def registered() -> dict[str, set[str]]:
    """Series to its labels, of everything that a service can register."""
    metrics = Metrics()
    DeliveryMetrics(metrics)
    show_state(metrics, hpr=SimpleNamespace(breaker=None))  # type: ignore[arg-type]
    series = {"up": SCRAPED}
    for name, collector in metrics.registry._names_to_collectors.items():
        own = set(collector._labelnames)
        series[name] = SCRAPED | own | ({"le"} if name.endswith("_bucket") else set())
    return series


def parts(expression: Any) -> Iterator[Any]:
    yield expression
    for name in ("lhs", "rhs", "expr", "vector_selector", "args", "param"):
        for part in _as_list(getattr(expression, name, None)):
            yield from parts(part)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def selectors(query: str) -> list[Any]:
    return [part for part in parts(promql_parser.parse(query)) if isinstance(part, promql_parser.VectorSelector)]


@by_query
def test_every_series_is_registered_with_the_labels_that_are_asked_for(
    registered: dict[str, set[str]], query: str
) -> None:
    found = selectors(query)
    assert found
    for selector in found:
        asked = {match.group(1) for match in re.finditer(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', selector.prettify())}
        assert asked <= registered[selector.name], selector.name
    grouped = {name.strip() for by in re.findall(r"by \(([^)]*)\)", query) for name in by.split(",")}
    assert grouped <= set.union(*(registered[selector.name] for selector in found))


@by_query
def test_routes_and_events_that_are_named_exist(query: str) -> None:
    contracts = [json.loads((ROOT / f"openapi/{s.name}.json").read_text("utf-8"))["paths"] for s in SERVICES]
    for route in re.findall(r'route!?="([^"]+)"', query):
        assert any(route in paths for paths in contracts)
    assert set(re.findall(r'event="([^"]+)"', query)) <= {ToolPrescribed.name}


def test_a_query_that_cannot_be_read_is_found() -> None:
    with pytest.raises(ValueError, match=r".+"):
        promql_parser.parse("sum by (service (up)")


def test_rules_are_whole() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"\d+m", rule.get("for", "0m"))
        told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        by = {name.strip() for names in re.findall(r"by \(([^)]*)\)", rule["expr"]) for name in names.split(",")}
        assert told <= by, rule["alert"]


def test_every_alert_has_its_entry_in_the_runbook_and_the_other_way_round() -> None:
    entries = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
    assert list(entries) == [rule["alert"] for rule in RULES]
    for name, entry in entries.items():
        assert re.findall(r"^\*\*([\w ]+)\*\*", entry, re.MULTILINE) == ["Means", "Look at", "Do", "Over"], name


def test_what_the_runbook_names_exists(compose: Any) -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", RUNBOOK))
    assert modules == {"shared.dead_letters"}
    assert [module for module in modules if find_spec(module) is None] == []
    headings = {name.lower() for name in re.findall(r"^## (\w+)", RUNBOOK, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", RUNBOOK)) <= headings
    named = re.findall(r"docker compose (?:ps|restart|logs --tail 100|run --rm|exec) ([\w-]+)", RUNBOOK)
    assert named
    for name in named:
        assert name.replace("SERVICE", "catalog-api") in compose.containers
    settings = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", RUNBOOK))
    assert settings <= compose.containers["notification-service"]["environment"].keys()
    paths = json.loads((ROOT / "openapi/notification-service.json").read_text("utf-8"))["paths"]
    assert set(re.findall(r"`(?:POST )?(/v1/[^` ]+)`", RUNBOOK)) <= paths.keys()


def test_every_process_is_scraped(compose: Any, image_environment: dict[str, str]) -> None:
    read = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text("utf-8"))
    jobs = {job["job_name"]: job["dns_sd_configs"][0] for job in read["scrape_configs"]}
    names = [service.name for service in SERVICES]
    assert jobs["api"]["names"] == names
    assert jobs["worker"]["names"] == [f"{name}-worker" for name in names]
    assert {jobs[job]["port"] for job in ("api", "worker")} == {int(image_environment["UVICORN_PORT"])}
    assert {name for job in jobs.values() for name in job["names"]} <= compose.containers.keys()
    networks = {name: set(compose.containers[name].get("networks", ["default"])) for name in compose.containers}
    for job in jobs.values():
        for name in job["names"]:
            assert networks[name] & networks["prometheus"]


QUESTIONS = {
    "prescriptions per minute": "events_published_total",
    "refusals by code": "refusals_total",
    "event lag per consumer": "event_lag_seconds_bucket",
    "age of each projection": "projection_age_seconds",
    "outbox depth": "outbox_unsent",
    "dead letters": "dead_letters",
    "providers": "provider_paused",
    "latency by route": "http_request_duration_seconds_bucket",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_dashboard_answers(question: str) -> None:
    panels = [panel for panel in DASHBOARD["panels"] if panel["title"].lower().startswith(question)]
    assert panels
    for panel in panels:
        [target] = panel["targets"]
        assert QUESTIONS[question] in {selector.name for selector in selectors(target["expr"])}


def test_dashboards_find_their_sources(compose: Any) -> None:
    provisioning = FOLDER / "grafana/provisioning"
    sources = yaml.safe_load((provisioning / "datasources/datasources.yml").read_text("utf-8"))["datasources"]
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} <= {source["uid"] for source in sources}
    for source in sources:
        assert source["url"].partition("://")[2].partition(":")[0] in compose.containers
    [provider] = yaml.safe_load((provisioning / "dashboards/dashboards.yml").read_text("utf-8"))["providers"]
    mounts = [volume.split(":")[1] for volume in compose.containers["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounts


def test_each_file_that_is_mounted_is_there(compose: Any) -> None:
    for name, container in compose.containers.items():
        for volume in container.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.partition(":")[0]).exists(), name


def test_traces_come_from_the_collector_to_tempo(compose: Any) -> None:
    collector = yaml.safe_load((FOLDER / "collector.yml").read_text("utf-8"))
    tempo = yaml.safe_load((FOLDER / "tempo.yml").read_text("utf-8"))
    host, port = collector["exporters"]["otlp"]["endpoint"].split(":")
    assert host in compose.containers
    assert tempo["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"] == f"0.0.0.0:{port}"
    pipeline = collector["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) <= collector[kind].keys()


@pytest.mark.parametrize("part", ["", "-worker"])
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_spans_go_to_the_collector_once_that_is_said(
    compose: Any, sandbox_variables: dict[str, str], service: Service, part: str
) -> None:
    name, variable = service.name + part, "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert variable not in compose.environment(name, sandbox_variables)
    example = (ROOT / "deploy/docker/.env.example").read_text("utf-8")
    [shown] = re.findall(rf"^# {variable}=(\S+)", example, re.MULTILINE)
    assert compose.environment(name, sandbox_variables | {variable: shown})[variable] == shown
    host, port = shown.removeprefix("http://").split(":")
    networks = [set(compose.containers[n].get("networks", ["default"])) for n in (name, host)]
    assert set.intersection(*networks)
    collector = yaml.safe_load((FOLDER / "collector.yml").read_text("utf-8"))
    assert collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"] == f"0.0.0.0:{port}"


def test_observing_is_off_unless_asked_for(compose: Any) -> None:
    observing = {n for n, container in compose.containers.items() if container.get("profiles") == ["observability"]}
    assert observing == {"prometheus", "grafana", "otel-collector", "tempo"}
    for name, container in compose.containers.items():
        assert name in observing or observing.isdisjoint(container.get("depends_on", {}))


@pytest.fixture
def refusing() -> Callable[[str], Any]:
    """An app's answer to a path that it refuses, and what was counted."""

    async def ask(path: str) -> Metrics:
        app, metrics = FastAPI(), Metrics()
        install_error_handlers(app)
        app.add_middleware(Gate, service="any", metrics=metrics, max_body_bytes=1024)

        @app.get("/fine")
        async def fine() -> str:
            return "fine"

        @app.get("/none")
        async def none() -> None:
            raise NotFound()

        @app.get("/broken")
        async def broken() -> None:
            raise RuntimeError("a fault of ours")

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://any") as client:
            await client.get(path)
        return metrics

    return ask


@pytest.mark.parametrize(
    ("path", "code", "status"), [("/none", "not-found", "404"), ("/broken", "internal-error", "500")]
)
async def test_a_refusal_is_counted_by_its_code(
    refusing: Callable[[str], Any], path: str, code: str, status: str
) -> None:
    metrics = await refusing(path)
    assert metrics.registry.get_sample_value("refusals_total", {"code": code, "status": status}) == 1


async def test_what_goes_well_is_no_refusal(refusing: Callable[[str], Any]) -> None:
    metrics = await refusing("/fine")
    [family] = [family for family in metrics.registry.collect() if family.name == "refusals"]
    assert family.samples == []
