"""Kubernetes' own schemas for its own kinds. For custom resources only the fields that we rely on: their definitions
are the operators', which are not here.
"""

from pathlib import Path
from typing import Any, Final

import kubernetes_validate
from kubernetes_validate import ValidationError

from tools.manifests.rendering import Manifest, render

KUBERNETES: Final = "1.34"
# kind and version, and where it must say something
CUSTOM: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("postgresql.cnpg.io/v1", "Cluster"): (
        "spec.instances",
        "spec.imageName",
        "spec.storage.size",
        "spec.bootstrap.initdb.database",
        "spec.bootstrap.initdb.owner",
        "spec.plugins",
    ),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): (
        "spec.schedule",
        "spec.cluster.name",
        "spec.pluginConfiguration.name",
    ),
    ("barmancloud.cnpg.io/v1", "ObjectStore"): (
        "spec.configuration.destinationPath",
        "spec.configuration.s3Credentials.accessKeyId.name",
        "spec.retentionPolicy",
    ),
    ("rabbitmq.com/v1beta1", "RabbitmqCluster"): ("spec.replicas", "spec.image", "spec.persistence.storage"),
    ("gateway.networking.k8s.io/v1", "Gateway"): ("spec.gatewayClassName", "spec.listeners"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): ("spec.parentRefs", "spec.rules"),
    ("gateway.nginx.org/v1alpha1", "SnippetsFilter"): ("spec.snippets",),
    ("external-secrets.io/v1", "ExternalSecret"): ("spec.secretStoreRef.name", "spec.data"),
}


def faults_of(folder: Path) -> list[str]:
    """What is wrong with each object of the kustomization in `folder`."""
    return [f"{_name(manifest)}: {fault}" for manifest in render(folder) for fault in _faults(manifest)]


def _faults(manifest: Manifest) -> list[str]:
    kind = (manifest["apiVersion"], manifest["kind"])
    if kind in CUSTOM:
        return [f"{path} is missing" for path in CUSTOM[kind] if not _at(manifest, path)]
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except ValidationError as error:
        return [error.message]
    return []


def _at(manifest: Manifest, path: str) -> Any:
    place: Any = manifest
    for part in path.split("."):
        place = (place or {}).get(part)
    return place


def _name(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"
