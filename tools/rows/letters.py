"""A campaign on its way from its author through a second person to those it is for."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from sandbox.seeding import SENDERS_EMAIL, SENDERS_PHONE
from tools.local.outcomes import document, until
from tools.rows.world import AUTHOR, NOTIFICATION, STAFF, Json, World

TEXTS: Final = {
    "nb": {
        "sms": "Hei! Du har fått et brev fra {sender} på Helsenorge. Logg inn for å lese det.",
        "subject": "Du har fått et brev på Helsenorge",
        "email": "Hei!\n\nDu har fått et brev fra {sender}:\n\n{pages_url}\n",
    },
    "nn": {
        "sms": "Hei! Du har fått eit brev frå {sender} på Helsenorge. Logg inn for å lese det.",
        "subject": "Du har fått eit brev på Helsenorge",
        "email": "Hei!\n\nDu har fått eit brev frå {sender}:\n\n{pages_url}\n",
    },
    "en": {
        "sms": "Hello! You have got a letter from {sender} on Helsenorge. Log in to read it.",
        "subject": "You have got a letter on Helsenorge",
        "email": "Hello!\n\nYou have got a letter from {sender}:\n\n{pages_url}\n",
    },
}


@dataclass(frozen=True, slots=True)
class Letter:
    world: World
    path: str

    @classmethod
    async def written(cls, world: World, by: Any = AUTHOR, **changes: Any) -> "Letter":
        body = {
            "series": f"series-{uuid4()}",
            "round": 1,
            "category": "information",
            "sender": {"name": "Direktoratet for helsemestring", "sensitive": False},
            "texts": TEXTS,
            "minimumAge": 16,
            "urgent": True,
        } | changes
        made = await world.post(by, NOTIFICATION, "/v1/campaigns", body, 201)
        return cls(world, f"/v1/campaigns/{made['campaignId']}")

    async def to(self, *states: str) -> Json:
        lines = "\n".join(["nationalId", *(self.world.people[state]["nationalId"] for state in states)])
        request = {"content": lines.encode(), "headers": {"Content-Type": "text/csv"}}
        return document(await self.world.call(AUTHOR, NOTIFICATION, "POST", f"{self.path}/recipients", **request), 200)

    async def check(self) -> Json:
        return dict((await self.world.post(AUTHOR, NOTIFICATION, f"{self.path}/check"))["check"])

    async def try_out(self) -> Json:
        """To the contact points that the author's organisation has confirmed."""
        to = [{"language": "nb", "phone": SENDERS_PHONE, "email": SENDERS_EMAIL}]
        return await self.world.post(AUTHOR, NOTIFICATION, f"{self.path}/test", {"to": to})

    async def approve(self, who: Any = STAFF) -> Json:
        seen = await self.world.call(who, NOTIFICATION, "GET", self.path)
        headers = {"If-Match": seen.headers["ETag"]}
        return document(await self.world.call(who, NOTIFICATION, "POST", f"{self.path}/approve", headers=headers), 200)

    async def send(self) -> None:
        """What has been checked is tried out, approved by a second person, and started."""
        await self.try_out()
        await self.approve()
        await self.world.post(AUTHOR, NOTIFICATION, f"{self.path}/start")

    async def progress(self) -> Json:
        return await self.world.get(AUTHOR, NOTIFICATION, f"{self.path}/progress")

    async def until_finished(self) -> None:
        async def finished() -> bool:
            return bool((await self.progress())["state"] == "finished")

        await until(finished, "the letter should have gone out", 20)
