"""The citizen's own tools, and the supplier to whom the citizen goes from one of them."""

from urllib.parse import parse_qs, urlsplit

from tools.access.scenes import letters
from tools.access.world import OPEN_TOOL, SLEEP_STAIRCASE, Ask, World
from tools.local.callers import CITIZEN

SERVICE = "helsetilbud-api"


def prepare(world: World) -> None:
    """The citizen has been prescribed the Sleep Staircase, and has started it."""
    body = {"patient": {"nationalId": CITIZEN}, "toolId": SLEEP_STAIRCASE}
    world.done("practitioner", "prescription-api", "POST", "/v1/prescriptions", json=body)
    path = f"/v1/me/tools/{SLEEP_STAIRCASE}"
    world.until(lambda: world.call("citizen", SERVICE, "GET", path).is_success, "the tool among the citizen's")
    launch_code(world)


def launch_code(world: World) -> str:
    answer = world.done("citizen", SERVICE, "POST", f"/v1/me/tools/{SLEEP_STAIRCASE}/open")
    code: str = parse_qs(urlsplit(answer.json()["url"]).query)["launch"][0]
    return code


def _not_mine(world: World) -> Ask:
    world.call("citizen", SERVICE, "DELETE", f"/v1/me/tools/{OPEN_TOOL}")
    return Ask(body={"toolId": OPEN_TOOL})


def _added(world: World) -> Ask:
    world.call("citizen", SERVICE, "POST", "/v1/me/tools", json={"toolId": OPEN_TOOL})
    return Ask(path={"toolId": OPEN_TOOL})


def _happened(world: World) -> Ask:
    feed = world.done("citizen", SERVICE, "GET", "/v1/me/feed").json()["items"]
    return Ask(path={"feedEventId": feed[0]["feedEventId"]})


def _launched(world: World) -> Ask:
    return Ask(body={"code": launch_code(world), "toolId": SLEEP_STAIRCASE})


SCENES = {
    "addMyTool": _not_mine,
    "deleteMyTool": _added,
    "getFeedEvent": _happened,
    "redeemLaunch": _launched,
    **letters.scenes(SERVICE),
}
