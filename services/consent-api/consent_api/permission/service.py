"""Finding out whether somebody may use a citizen's tools this moment."""

from datetime import datetime, timedelta
from typing import Final

from consent_api.errors import PersonRegisterUnavailable
from consent_api.permission.models import Permission, Question, permit
from consent_api.permission.queries import find_known
from consent_api.representation.models import Pair
from consent_api.representation.queries import find_pair
from shared.db import Database
from shared.norway import day_in_norway

# what was opened by a number, of which the register was asked, is in use for so long without one
IN_USE: Final = timedelta(minutes=10)


async def check(database: Database, question: Question, fresh: timedelta, now: datetime) -> Permission:
    """`fresh` is how old the register's word about two people may be where something is opened. Not logged: the opening
    was. Raises PersonRegisterUnavailable where that word is too old to say that somebody may act.
    """
    async with database.driver() as connection:
        known = await find_known(connection, question.citizen)
        pair = await find_pair(connection, question.actor, question.citizen) if question.actor else None
    permission = permit(question, known, pair, day_in_norway(now))
    if pair and not permission.reasons and not _is_fresh(pair, now, fresh + IN_USE):
        raise PersonRegisterUnavailable()
    return permission


def _is_fresh(pair: Pair, now: datetime, fresh: timedelta) -> bool:
    return all(person is not None and person.is_fresh(now, fresh) for person in (pair.actor, pair.represented))
