"""deploy/kubernetes: what each overlay makes, object by object."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.services import SERVICES
from tools.manifests.checking import faults_of
from tools.manifests.rendering import Unsupported, render

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy/kubernetes"
OVERLAYS = ("small", "production")
NAMES = [service.name for service in SERVICES]
DEPLOYMENTS = [f"{name}{part}" for name in NAMES for part in ("", "-worker")]

by_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
Kinds = dict[str, dict[str, Any]]


def identity(manifest: dict[str, Any]) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


@by_overlay
def test_every_object_is_valid(overlay: str) -> None:
    assert faults_of(KUBERNETES / "overlays" / overlay) == []


@by_overlay
def test_what_is_rendered_here_is_what_kustomize_makes(overlay: str) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("the comparison with Kustomize needs kubectl; what is rendered is checked all the same")
    folder = KUBERNETES / "overlays" / overlay
    made = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, check=True)
    theirs = sorted(yaml.safe_load_all(made.stdout), key=identity)
    assert sorted(render(folder), key=identity) == theirs


def test_a_part_of_kustomize_that_is_not_rendered_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("namePrefix: a-\n")
    with pytest.raises(Unsupported, match="namePrefix"):
        render(tmp_path)


def test_a_patch_that_meets_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("patches: [{target: {kind: Job}, patch: '[]'}]\n")
    with pytest.raises(Unsupported, match="meets nothing"):
        render(tmp_path)


def test_a_fault_is_found(tmp_path: Path) -> None:
    """The schemas are strict: a misspelt name is not passed over."""
    (tmp_path / "kustomization.yaml").write_text("resources: [service.yaml]\n")
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"prots": []}}
    (tmp_path / "service.yaml").write_text(yaml.safe_dump(service))
    [fault] = faults_of(tmp_path)
    assert "prots" in fault


@by_overlay
def test_every_service_has_its_parts(manifests: Callable[[str], Kinds], overlay: str) -> None:
    made = manifests(overlay)
    assert made["Deployment"].keys() == made["PodDisruptionBudget"].keys() - {"broker"} == set(DEPLOYMENTS)
    assert made["Job"].keys() == {f"{name}-migrate" for name in NAMES}
    assert made["Service"].keys() == set(NAMES)
    assert made["Cluster"].keys() == made["ScheduledBackup"].keys() == {f"{name}-database" for name in NAMES}
    assert made["RabbitmqCluster"].keys() == {"broker"}


@by_overlay
def test_pods_are_restricted_and_limited(manifests: Callable[[str], Kinds], overlay: str) -> None:
    made = manifests(overlay)
    assert made["Namespace"]["helseverktoy"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, manifest in (made["Deployment"] | made["Job"]).items():
        pod = manifest["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["runAsGroup"] == 10001, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        for bound in ("requests", "limits"):
            assert container["resources"][bound].keys() == {"cpu", "memory"}, name


@by_overlay
def test_every_deployment_is_watched_spread_and_spared(manifests: Callable[[str], Kinds], overlay: str) -> None:
    made = manifests(overlay)
    for name, deployment in made["Deployment"].items():
        template = deployment["spec"]["template"]
        selector = deployment["spec"]["selector"]["matchLabels"]
        assert selector.items() <= template["metadata"]["labels"].items()
        assert made["PodDisruptionBudget"][name]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": selector}}
        [container] = template["spec"]["containers"]
        probes = {kind: container[kind]["httpGet"]["path"] for kind in container if kind.endswith("Probe")}
        assert probes == {
            "startupProbe": "/health/live",
            "livenessProbe": "/health/live",
            "readinessProbe": "/health/ready",
        }
        spread = template["spec"]["topologySpreadConstraints"]
        assert [c["topologyKey"] for c in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        assert {tuple(c["labelSelector"]["matchLabels"].items()) for c in spread} == {tuple(selector.items())}


def test_no_two_deployments_select_the_same_pods(manifests: Callable[[str], Kinds]) -> None:
    selectors = [str(d["spec"]["selector"]) for d in manifests("small")["Deployment"].values()]
    assert len(set(selectors)) == len(DEPLOYMENTS)


def test_the_country_stands_the_loss_of_a_node(manifests: Callable[[str], Kinds]) -> None:
    made = manifests("production")
    assert made["RabbitmqCluster"]["broker"]["spec"]["replicas"] == 3
    for cluster in made["Cluster"].values():
        assert cluster["spec"]["instances"] == 3
        assert cluster["spec"]["postgresql"]["synchronous"] == {"method": "any", "number": 1}
    assert made["HorizontalPodAutoscaler"].keys() == set(DEPLOYMENTS)
    for name, scaled in made["HorizontalPodAutoscaler"].items():
        assert scaled["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        assert scaled["spec"]["minReplicas"] >= 2
        assert "replicas" not in made["Deployment"][name]["spec"]


def test_a_small_one_is_one_of_each(manifests: Callable[[str], Kinds]) -> None:
    made = manifests("small")
    assert made["RabbitmqCluster"]["broker"]["spec"]["replicas"] == 1
    assert {cluster["spec"]["instances"] for cluster in made["Cluster"].values()} == {1}
    assert "HorizontalPodAutoscaler" not in made


@by_overlay
def test_images_have_a_release(manifests: Callable[[str], Kinds], overlay: str) -> None:
    made = manifests(overlay)
    for manifest in (made["Deployment"] | made["Job"]).values():
        [container] = manifest["spec"]["template"]["spec"]["containers"]
        service = manifest["metadata"]["labels"]["app.kubernetes.io/name"]
        assert re.fullmatch(rf"\S+/helseverktoy/{service}:\d+\.\d+\.\d+", container["image"])


@by_overlay
def test_no_secret_is_in_the_tree_and_each_that_is_named_is_documented(
    manifests: Callable[[str], Kinds], overlay: str
) -> None:
    made = manifests(overlay)
    assert "Secret" not in made
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", (KUBERNETES / "README.md").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"'?secretName'?: ([\w-]+)", yaml.safe_dump(list(made["Deployment"].values()))))
    for manifest in (made["Deployment"] | made["Job"]).values():
        for variable in manifest["spec"]["template"]["spec"]["containers"][0]["env"]:
            if "valueFrom" in variable:
                named.add(variable["valueFrom"]["secretKeyRef"]["name"])
    operators = {f"{name}-database-app" for name in NAMES} | {"broker-default-user"}
    assert named - operators == documented - {"backup-store", "helseverktoy-tls"}
    if fetched := made.get("ExternalSecret"):
        assert fetched.keys() == documented


def test_what_is_patched_away_is_not_in_the_overlays_settings_by_mistake(manifests: Callable[[str], Kinds]) -> None:
    """An overlay changes settings; it does not invent names."""
    base = {identity(m): m for m in render(KUBERNETES / "base")}
    for overlay in OVERLAYS:
        for name, settings in manifests(overlay)["ConfigMap"].items():
            assert settings["data"].keys() == base["ConfigMap", name]["data"].keys()


def test_only_invented_people_are_let_in_where_it_says_so(manifests: Callable[[str], Kinds]) -> None:
    assert manifests("production")["ConfigMap"]["helseverktoy"]["data"]["ALLOW_SYNTHETIC"] == "false"


def test_the_script_that_rolls_out_is_whole() -> None:
    script = KUBERNETES / "roll-out.sh"
    assert subprocess.run(["/bin/sh", "-n", str(script)], check=False).returncode == 0
    selectors = re.findall(r"component (notin|in) \(([a-z, ]+)\)|component=(migrate)", script.read_text("utf-8"))
    assert selectors[0][:2] == ("notin", "api, worker, migrate")
    assert ("in", "api, worker", "") in selectors
