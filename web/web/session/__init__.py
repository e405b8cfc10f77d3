"""Who is signed in, in which browser: a row in a database of our own. The browser holds a random id, nothing else."""

from web.session.models import Person, Represented, Session, Token, Tokens
from web.session.sealing import Seal
from web.session.store import Sessions

__all__ = ["Person", "Represented", "Seal", "Session", "Sessions", "Token", "Tokens"]
