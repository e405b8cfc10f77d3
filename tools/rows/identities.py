"""I: what becomes of a national identity number, as it shows from outside; tests search databases and logs."""

from tools.local.outcomes import expect
from tools.rows.table import Part
from tools.rows.world import CONSENT, EHR, NOTIFICATION, PAGES, PRESCRIPTION, World

PART = Part("Identity")


@PART.row("I1 I2 P12", "Numbers are checked, become a reference, and do not come back; here invented ones are taken")
async def i1(world: World) -> None:
    """Everything that citizens and their practitioner can read about five people, D-numbers and both series of invented
    numbers among them, holds none of their numbers; changes are told by reference.
    """
    states = ("main-demo", "d-number", "d-number-nhn", "nhn-synthetic", "english")
    numbers = {world.people[state]["nationalId"] for state in states}
    reads = {
        PAGES: ("/v1/me/tools", "/v1/me/feed", "/v1/me/history", "/v1/me/access-log"),
        NOTIFICATION: ("/v1/me/notifications", "/v1/me/notification-settings", "/v1/me/access-log"),
        CONSENT: ("/v1/me/consent/history", "/v1/me/representations", "/v1/me/access-log"),
        PRESCRIPTION: ("/v1/me/access-log",),
    }
    for state in states:
        number = {"nationalId": world.people[state]["nationalId"]}
        await world.post(world.physician, PRESCRIPTION, "/v1/patients/lookup", number)
        own = await world.call(
            world.physician, PRESCRIPTION, "POST", "/v1/prescriptions/search", json={"patient": number}
        )
        read = [own] + [
            await world.call(world.citizen(state), service, "GET", path)
            for service, paths in reads.items()
            for path in paths
        ]
        for answer in read:
            expect(answer.status_code == 200, f"{answer.request.url.path}: {answer.status_code}")
            expect(not any(n in answer.text for n in numbers), f"{answer.request.url.path} should hold no number")
    changes = await world.call(EHR, CONSENT, "GET", "/v1/digitally-active/changes")
    expect(not any(n in changes.text for n in numbers), "changes should be told by reference")
