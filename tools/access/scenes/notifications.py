"""The citizen's settings and notifications, the sender's campaigns, and what gateways tell."""

import re
from typing import Any

from sandbox.seeding import SENDERS_EMAIL, SENDERS_PHONE
from tools.access.scenes import letters
from tools.access.scenes.examples import example
from tools.access.world import PATIENTS, Ask, World

SERVICE = "notification-service"
_TEST = {"to": [{"language": "nb", "phone": SENDERS_PHONE, "email": SENDERS_EMAIL}]}


def _settings(world: World, **changes: Any) -> dict[str, Any]:
    found = world.done("citizen", SERVICE, "GET", "/v1/me/notification-settings").json()
    accepted = ("channels", "email", "language", "phone", "quietHours")
    return {name: found[name] for name in accepted} | changes


def _changed_phone(world: World) -> str:
    phone = f"+4749990{700 + next(world.counter)}"
    body, headers = _settings(world, phone=phone), {"If-Match": "*"}
    world.done("citizen", SERVICE, "PUT", "/v1/me/notification-settings", json=body, headers=headers)
    return phone


def _code_sent(world: World) -> Ask:
    return Ask(path={"channel": "sms"}, body={"code": _code_at(world, _changed_phone(world))})


def _code_at(world: World, phone: str) -> str:
    found: list[str] = []

    def came() -> bool:
        page = world.http.get(f"{world.wiring.sandbox_url}/messages", params={"to": phone}).json()
        found[:] = [code for message in page["items"] for code in re.findall(r"\b[0-9]{6}\b", message["text"])]
        return bool(found)

    world.until(came, "a code on the new phone")
    return found[0]


def _contact_wanted(world: World) -> Ask:
    return Ask(body={"language": "nb", "phone": f"+4749991{700 + next(world.counter)}"})


def _contact_asked(world: World) -> Ask:
    """The staff's own, with the code that it waits for."""
    wanted = _contact_wanted(world).body
    asked = world.done("staff", SERVICE, "POST", "/v1/test-contacts", json=wanted).json()
    return Ask(path={"testContactId": asked["testContactId"]}, body={"code": _code_at(world, wanted["phone"])})


def _contact_to_remove(world: World) -> Ask:
    return Ask(path=_contact_asked(world).path)


def _code_wanted(world: World) -> Ask:
    _changed_phone(world)
    return Ask(path={"channel": "sms"})


def _notification(world: World) -> Ask:
    """Of the prescription that everything begins with."""
    found: list[str] = []

    def came() -> bool:
        page = world.done("citizen", SERVICE, "GET", "/v1/me/notifications").json()
        found[:] = [item["notificationId"] for item in page["items"]]
        return bool(found)

    world.until(came, "the citizen's notification")
    return Ask(path={"notificationId": found[0]})


def _body(world: World) -> dict[str, Any]:
    """So slow that a campaign which was started is still running when it is asked about."""
    usual: dict[str, Any] = example(SERVICE, "createCampaign")
    return usual | {"series": f"series-{next(world.counter)}", "follows": None, "perMinute": 1}


def _campaign(world: World) -> str:
    made = world.done("sender", SERVICE, "POST", "/v1/campaigns", json=_body(world))
    return f"/v1/campaigns/{made.json()['campaignId']}"


def _listed(world: World) -> str:
    path = _campaign(world)
    lines, headers = "\n".join(["nationalId", *PATIENTS]), {"Content-Type": "text/csv"}
    world.done("sender", SERVICE, "POST", f"{path}/recipients", content=lines, headers=headers)
    return path


def _checked(world: World) -> str:
    path = _listed(world)
    world.done("sender", SERVICE, "POST", f"{path}/check")
    return path


def _tested(world: World) -> str:
    path = _checked(world)
    world.done("sender", SERVICE, "POST", f"{path}/test", json=_TEST)
    return path


def _approved(world: World) -> str:
    path = _tested(world)
    seen = world.done("sender", SERVICE, "GET", path).headers["ETag"]
    world.done("staff", SERVICE, "POST", f"{path}/approve", headers={"If-Match": seen})
    return path


def _started(world: World) -> str:
    path = _approved(world)
    world.done("sender", SERVICE, "POST", f"{path}/start")
    return path


def _of(path: str, **more: Any) -> Ask:
    return Ask(path={"campaignId": path.rpartition("/")[2]}, **more)


def _to_judge(world: World) -> Ask:
    made = world.done("sender", SERVICE, "POST", "/v1/campaigns", json=_body(world) | {"category": "survey"})
    return _of(str(made.headers["Location"]), headers={"If-Match": made.headers["ETag"]})


def _to_approve(world: World) -> Ask:
    path = _tested(world)
    seen = world.done("sender", SERVICE, "GET", path).headers["ETag"]
    return _of(path, headers={"If-Match": seen})


SCENES = {
    "setNotificationSettings": lambda world: Ask(body=_settings(world)),
    "confirmContactPoint": _code_sent,
    "sendContactPointCode": _code_wanted,
    "getNotification": _notification,
    "receiveDeliveryReceipts": lambda _: Ask(path={"provider": "sms-gateway"}),
    "registerTestContact": _contact_wanted,
    "confirmTestContact": _contact_asked,
    "removeTestContact": _contact_to_remove,
    "listCampaignTests": lambda world: _of(_campaign(world)),
    "createCampaign": lambda world: Ask(body=_body(world)),
    "getCampaign": lambda world: _of(_campaign(world)),
    "changeCampaign": lambda world: _of(_campaign(world), body=_body(world)),
    "getCampaignHistory": lambda world: _of(_campaign(world)),
    "addCampaignRecipients": lambda world: _of(_campaign(world), body=f"nationalId\n{PATIENTS[0]}\n".encode()),
    "removeCampaignRecipients": lambda world: _of(_listed(world)),
    "checkCampaign": lambda world: _of(_listed(world)),
    "testCampaign": lambda world: _of(_checked(world), body=_TEST),
    "judgeCampaignNotResearch": _to_judge,
    "approveCampaign": _to_approve,
    "startCampaign": lambda world: _of(_approved(world)),
    "pauseCampaign": lambda world: _of(_started(world)),
    "stopCampaign": lambda world: _of(_started(world)),
    "getCampaignProgress": lambda world: _of(_campaign(world)),
    "listCampaignReceipts": lambda world: _of(_campaign(world)),
    **letters.scenes(SERVICE),
}
