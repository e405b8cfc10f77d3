"""The check of a campaign (V6): its texts, its links, and who of its recipients would be sent to.

Nothing goes out that has not been through here, and what is found here is asked again for each recipient at the moment
of sending (feeding).
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.access import Actor
from notification_service.campaigns import queries
from notification_service.campaigns.models import Campaign, campaign_recipient
from notification_service.campaigns.queries import Candidate
from notification_service.campaigns.telling import in_fives
from notification_service.campaigns.wording import Finding, check_texts, links_of
from notification_service.campaigns.writing import change, take
from notification_service.clients.consent import ConsentClient
from notification_service.clients.links import LinkChecker
from notification_service.notifying.models import without_consent
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.errors import NotFound, PreconditionFailed

# Reasons that may be gone the next time it is asked. Who has once said no stays out, whatever they say later.
PASSING: Final = ("had-before", "consent-withdrawn", "no-consent", "no-channel", "no-contact-point")


def passing(found: Campaign) -> tuple[str, ...]:
    """Who was kept out of research only is asked about anew when it is said not to be research."""
    return PASSING if found.counts_as_research else (*PASSING, "reserved-research")


# those who have said no, as consent-api has just answered, by the kind of reservation
Reserved: TypeAlias = Mapping[str, set[str]]


@dataclass(slots=True)
class Count:
    """Who would be sent to, and by what; and who not, by reason."""

    to_be_sent: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    excluded: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, candidate: Candidate, found: Campaign, reserved: Reserved) -> None:
        if reason := reason_against(candidate, found, reserved):
            self.excluded[reason].append(candidate.citizen)
            return
        self.to_be_sent += 1
        self.languages[candidate.settings.language] += 1
        self.channels.update(candidate.settings.reachable(found.category))


async def find_reserved(consent: ConsentClient, found: Campaign, citizens: Sequence[str]) -> Reserved:
    """Raises ConsentServiceUnavailable."""
    return {kind: await consent.reserved_among(citizens, kind) for kind in found.reservations}


def reason_against(candidate: Candidate, found: Campaign, reserved: Reserved) -> str | None:
    for kind in found.reservations:
        if kind in candidate.reserved or candidate.citizen in reserved[kind]:
            return found.reason_for(kind)
    if candidate.level != "full":
        return without_consent(candidate.level)
    if candidate.had_before:
        return "had-before"
    settings = candidate.settings
    return None if settings.reachable(found.category) else settings.why_unreachable(found.category)


class Checking:
    def __init__(self, database: Database, consent: ConsentClient, links: LinkChecker, pages_url: str) -> None:
        self._database, self._consent, self._links, self._pages_url = database, consent, links, pages_url

    async def run(self, campaign_id: UUID, actor: Actor, now: datetime) -> Campaign:
        """With its report, and `checked` when nothing speaks against it.

        Raises NotFound, NotPossibleNow, UploadUnfinished, PreconditionFailed (when somebody has changed it meanwhile)
        or ConsentServiceUnavailable.
        """
        async with self._database.reader() as reader:
            found = await queries.find_campaign(reader, campaign_id, actor.organisation)
        if found is None:
            raise NotFound()
        found.check_possible("check")
        found.check_uploaded()
        findings = await self.findings(found)
        count = await self._count(found)
        async with self._database.session(statement_timeout=BATCH_STATEMENT) as session:
            return await self._record(session, found, actor, findings, count, now)

    async def findings(self, found: Campaign) -> list[Finding]:
        """About texts and links, in a thread: the longest texts take a while."""
        texts, links = await asyncio.to_thread(self._read, found)
        verdicts = await self._links.check(links)
        return texts + [Finding(verdict, found=(link,)) for link, verdict in verdicts.items()]

    def _read(self, found: Campaign) -> tuple[list[Finding], list[str]]:
        texts = check_texts(found.texts, found.sender_name, self._pages_url, sensitive=found.sender_sensitive)
        return texts, links_of(found.letter, self._pages_url)

    async def _count(self, found: Campaign) -> Count:
        """Batch by batch, with no connection held while consent-api is asked."""
        count, after = Count(), 0
        while batch := await self._batch(found, after):
            after = batch[-1].line
            reserved = await find_reserved(self._consent, found, [one.citizen for one in batch])
            for candidate in batch:
                count.add(candidate, found, reserved)
        return count

    async def _batch(self, found: Campaign, after: int) -> list[Candidate]:
        async with self._database.reader() as reader:
            return await queries.candidates(reader, found, passing(found), after)

    async def _record(
        self,
        session: AsyncSession,
        seen: Campaign,
        actor: Actor,
        findings: Sequence[Finding],
        count: Count,
        now: datetime,
    ) -> Campaign:
        found = await take(session, seen.campaign_id, actor.organisation)
        if found.version != seen.version:
            raise PreconditionFailed()
        await _set_aside(session, found, count)
        excluded = await queries.count_excluded(session, found.campaign_id)
        findings = [*findings, *await _about_recipients(session, found, count)]
        report = _report(findings, count, excluded)
        state = "checked" if report["passed"] else "draft"
        values = {"state": state, "checked_at": now, "links_checked_at": now, "check_report": report}
        return await change(session, found, actor, "check", now, **values, details={"passed": report["passed"]})


async def _set_aside(session: AsyncSession, found: Campaign, count: Count) -> None:
    own = campaign_recipient.c.campaign_id == found.campaign_id
    maybe = campaign_recipient.c.reason.in_(passing(found))
    await session.execute(update(campaign_recipient).where(own, maybe).values(status="waiting", reason=None))
    for reason, citizens in count.excluded.items():
        those = campaign_recipient.c.citizen == any_(bindparam(None, citizens, ARRAY(Text)))
        await session.execute(update(campaign_recipient).where(own, those).values(status="excluded", reason=reason))


async def _about_recipients(session: AsyncSession, found: Campaign, count: Count) -> list[Finding]:
    nobody = [] if count.to_be_sent else [Finding("nobody-to-send-to")]
    earlier = await queries.find_same_texts(session, found)
    return nobody + [Finding("same-text-as-earlier-round", "warning", found=(str(earlier),))] * (earlier is not None)


def _report(findings: Sequence[Finding], count: Count, excluded: Mapping[str, int]) -> dict[str, Any]:
    return {
        "passed": not any(finding.severity == "error" for finding in findings),
        "findings": [asdict(finding) for finding in findings],
        "to_be_sent": count.to_be_sent,
        "excluded": in_fives(excluded),
        "languages": in_fives(count.languages),
        "channels": in_fives(count.channels),
    }
