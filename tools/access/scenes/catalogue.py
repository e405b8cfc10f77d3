"""Submissions of the supplier on their way into the catalogue, and tools of its."""

from tools.access.scenes.examples import example
from tools.access.world import SLEEP_STAIRCASE, Ask, World
from tools.local.callers import COLLEAGUE

SERVICE = "catalog-api"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
_REASON = {"reason": "Klar til gjennomgang"}
_ASSURED = {"outcome": "assured", "reason": "Faglig gjennomgått"}


def _draft(world: World) -> str:
    body = example(SERVICE, "createSubmission")
    made = world.done("supplier", SERVICE, "POST", "/v1/submissions", json=body)
    return str(made.json()["submissionId"])


def _submitted(world: World) -> str:
    made = _draft(world)
    world.done("supplier", SERVICE, "POST", f"/v1/submissions/{made}/submit", json=_REASON)
    return made


def _assured(world: World) -> str:
    made = _submitted(world)
    world.done("health-body", SERVICE, "POST", f"/v1/submissions/{made}/assurance", json=_ASSURED)
    return made


def _verified(world: World) -> str:
    made = _assured(world)
    asked = world.done("none", SERVICE, "GET", "/v1/code-lists/check-list").json()["items"]
    items = [{"item": item["code"], "fulfilled": True} for item in asked]
    world.done(COLLEAGUE, SERVICE, "POST", f"/v1/submissions/{made}/verification", json={"items": items})
    return made


def _published(world: World) -> str:
    path = f"/v1/submissions/{_verified(world)}/publish"
    return str(world.done("staff", SERVICE, "POST", path, json=_REASON).json()["toolId"])


def _stopped(world: World) -> str:
    tool = _published(world)
    world.done("staff", SERVICE, "POST", f"/v1/tools/{tool}/stop", json=example(SERVICE, "stopTool"))
    return tool


def _picture(world: World) -> Ask:
    path, headers = f"/v1/tools/{SLEEP_STAIRCASE}/image", {"Content-Type": "image/svg+xml"}
    world.done("supplier", SERVICE, "PUT", path, content=PICTURE, headers=headers)
    return Ask(path={"toolId": SLEEP_STAIRCASE})


def _new_picture(_: World) -> Ask:
    return Ask(path={"toolId": SLEEP_STAIRCASE}, body=PICTURE, media_type="image/svg+xml")


SCENES = {
    "getCodeList": lambda _: Ask(path={"name": "purposes"}),
    "getToolImage": _picture,
    "putToolImage": _new_picture,
    "deleteToolImage": _picture,
    "getSubmission": lambda world: Ask(path={"submissionId": _submitted(world)}),
    "updateSubmission": lambda world: Ask(path={"submissionId": _draft(world)}),
    "submitSubmission": lambda world: Ask(path={"submissionId": _draft(world)}),
    "withdrawSubmission": lambda world: Ask(path={"submissionId": _submitted(world)}),
    "assureSubmission": lambda world: Ask(path={"submissionId": _submitted(world)}),
    "verifySubmission": lambda world: Ask(path={"submissionId": _assured(world)}),
    "returnSubmission": lambda world: Ask(path={"submissionId": _assured(world)}),
    "rejectSubmission": lambda world: Ask(path={"submissionId": _assured(world)}),
    "publishSubmission": lambda world: Ask(path={"submissionId": _verified(world)}),
    "stopTool": lambda world: Ask(path={"toolId": _published(world)}),
    "reinstateTool": lambda world: Ask(path={"toolId": _stopped(world)}),
    "listToolHistory": lambda _: Ask(path={"toolId": SLEEP_STAIRCASE}),
}
