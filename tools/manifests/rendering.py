"""What a kustomization makes of its files: the part of Kustomize that deploy/kubernetes uses, and nothing else.

`resources`, `components`, `patches` (strategic merge and JSON 6902, with a target), `namespace`, `labels`, `images`.
Another key is refused, so that nothing is passed over in silence. A test compares the outcome with `kubectl kustomize`
where that is installed.
"""

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml

Manifest = dict[str, Any]

_KEYS: Final = {"apiVersion", "kind", "namespace", "labels", "resources", "components", "patches", "images"}
_CLUSTER_WIDE: Final = {"Namespace"}
# lists that Kubernetes merges by a key; a list of a custom resource is replaced whole
_MERGED_BY: Final = {
    "containers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "topologySpreadConstraints": "topologyKey",
}
_BUILT_IN: Final = {"Deployment", "Job"}


class Unsupported(Exception):
    """A kustomization uses what is not rendered here."""


def render(folder: Path) -> list[Manifest]:
    """Every object of the kustomization in `folder`. Raises Unsupported."""
    return _transformed(folder, [])


def _transformed(folder: Path, given: list[Manifest]) -> list[Manifest]:
    """`given` is what a component works on."""
    [kustomization] = _documents(folder / "kustomization.yaml")
    if unknown := kustomization.keys() - _KEYS:
        raise Unsupported(f"{folder}: {sorted(unknown)}")
    objects = given + [m for name in kustomization.get("resources", []) for m in _resources(folder / name)]
    for name in kustomization.get("components", []):
        objects = _transformed(folder / name, objects)
    for patch in kustomization.get("patches", []):
        objects = _patched(objects, patch, folder)
    for manifest in objects:
        _place(manifest, kustomization.get("namespace"))
        _label(manifest, kustomization.get("labels", []))
        _name_images(manifest, kustomization.get("images", []))
    return objects


def _documents(path: Path) -> list[Manifest]:
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def _resources(path: Path) -> list[Manifest]:
    # what an anchor shares in the file is not shared in the outcome
    return render(path) if path.is_dir() else [_unshared(document) for document in _documents(path)]


def _unshared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unshared(inner) for key, inner in value.items()}
    return [_unshared(inner) for inner in value] if isinstance(value, list) else value


def _patched(objects: list[Manifest], patch: Manifest, folder: Path) -> list[Manifest]:
    read = yaml.safe_load(patch["patch"]) if "patch" in patch else _documents(folder / patch["path"])
    # a list is operations, or the documents of a file
    changes: list[Any] = read if "path" in patch else [read]
    for change in changes:
        target = patch.get("target") or {"kind": change["kind"], "name": change["metadata"]["name"]}
        found = [manifest for manifest in objects if _is_meant(manifest, target)]
        if not found:
            raise Unsupported(f"{folder}: a patch for {target} meets nothing")
        for manifest in found:
            _apply(manifest, change)
    return objects


def _is_meant(manifest: Manifest, target: Manifest) -> bool:
    if unknown := target.keys() - {"kind", "name", "labelSelector"}:
        raise Unsupported(f"target {sorted(unknown)}")
    wanted, _, value = target.get("labelSelector", "").partition("=")
    return (
        target.get("kind", manifest["kind"]) == manifest["kind"]
        and target.get("name", manifest["metadata"]["name"]) == manifest["metadata"]["name"]
        and (not wanted or manifest["metadata"].get("labels", {}).get(wanted) == value)
    )


def _apply(manifest: Manifest, change: Any) -> None:
    if isinstance(change, list):
        for operation in change:
            _operate(manifest, operation)
        return
    body = {key: value for key, value in change.items() if key not in ("apiVersion", "kind", "metadata")}
    _merge(manifest, deepcopy(body), by_key=manifest["kind"] in _BUILT_IN)


def _operate(manifest: Manifest, operation: Manifest) -> None:
    if operation["op"] != "replace":
        raise Unsupported(operation["op"])
    *way, last = operation["path"].strip("/").split("/")
    place: Any = manifest
    for part in way:
        place = place[part]
    if last not in place:
        raise Unsupported(f"{operation['path']} is not there to be replaced")
    place[last] = operation["value"]


def _merge(into: Manifest, change: Manifest, *, by_key: bool) -> None:
    for name, value in change.items():
        there = into.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            _merge(there, value, by_key=by_key)
        elif isinstance(value, list) and isinstance(there, list) and by_key and name in _MERGED_BY:
            into[name] = _merged(there, value, _MERGED_BY[name])
        else:
            into[name] = value


def _merged(there: list[Manifest], changes: list[Manifest], key: str) -> list[Manifest]:
    """What is new stands first, as Kustomize has it."""
    known = {item[key]: item for item in there}
    for change in changes:
        if change[key] in known:
            _merge(known[change[key]], change, by_key=True)
    return [change for change in changes if change[key] not in known] + there


def _place(manifest: Manifest, namespace: str | None) -> None:
    if namespace and manifest["kind"] not in _CLUSTER_WIDE:
        manifest["metadata"]["namespace"] = namespace


def _label(manifest: Manifest, labels: Iterable[Manifest]) -> None:
    for entry in labels:
        if entry.keys() != {"pairs", "includeTemplates"}:
            raise Unsupported(f"labels {sorted(entry)}")
        manifest["metadata"].setdefault("labels", {}).update(entry["pairs"])
        if manifest["kind"] in _BUILT_IN:
            manifest["spec"]["template"]["metadata"].setdefault("labels", {}).update(entry["pairs"])


def _name_images(manifest: Manifest, images: Iterable[Manifest]) -> None:
    named = {entry["name"]: f"{entry.get('newName', entry['name'])}:{entry['newTag']}" for entry in images}
    if manifest["kind"] in _BUILT_IN:
        for container in manifest["spec"]["template"]["spec"]["containers"]:
            container["image"] = named.get(container["image"], container["image"])
