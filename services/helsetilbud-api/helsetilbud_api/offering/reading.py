"""From what is kept to the panel: for the citizen who is logged in, and for a preview."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from helsetilbud_api.clients.errors import GpRegisterUnavailable, OfficeNotFound
from helsetilbud_api.clients.gp_register import GpRegister, Office
from helsetilbud_api.offering import queries
from helsetilbud_api.offering.codes import Service
from helsetilbud_api.offering.office_settings import seen_by_patients_of
from helsetilbud_api.offering.panel import Offering, Panel, compose_panel
from shared.db import Database


async def panel_of_citizen(database: Database, register: GpRegister, citizen: str, now: datetime) -> Panel | None:
    """None for a citizen without a GP. Raises GpRegisterUnavailable, also when its lists have never been read here.

    No connection is held while the register is asked.
    """
    async with database.reader() as connection:
        patient = await queries.find_patient(connection, citizen)
        if not patient.lists_known:
            raise GpRegisterUnavailable()
        if patient.hpr_number is None or patient.her_id is None:
            return None
        offering = await _read_offering(connection, patient.her_id, patient.hpr_number)
    try:
        office = await register.find_office(patient.her_id)
    except OfficeNotFound as error:  # the register knows the list, and not its office: it contradicts itself
        raise GpRegisterUnavailable() from error
    return compose_panel(office, offering, patient.blocked, now)


async def preview_panel(
    connection: AsyncConnection, office: Office, hpr_number: str, blocked: frozenset[Service], now: datetime
) -> Panel:
    """What a patient of this GP sees at that moment. Raises PractitionerNotFound."""
    office.gp(hpr_number)
    return compose_panel(office, await _read_offering(connection, office.her_id, hpr_number), blocked, now)


async def _read_offering(connection: AsyncConnection, her_id: int, hpr_number: str) -> Offering:
    kept = await queries.contents_by_name(connection, her_id, seen_by_patients_of(hpr_number))
    return Offering.read(hpr_number, kept)
