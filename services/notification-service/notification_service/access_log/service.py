"""Writing the access log, in the transaction that reads what is answered: nobody is answered about without a trace."""

from dataclasses import asdict
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.access_log.models import Action, LookUp, look_up
from shared.auth import Staff


async def record_look_up(
    session: AsyncSession, staff: Staff, action: Action, citizen: str, reason: str, now: datetime
) -> None:
    who = (staff.subject, staff.name, staff.organisation, staff.client_id)
    await session.execute(insert(look_up), asdict(LookUp(citizen, now, uuid4(), action, *who, reason)))
