"""Calls to the platform's services, as whoever is signed in."""

from web.calling.api import Answer, Api, Caller
from web.calling.errors import Away, Problem, Refused, SignedOut

__all__ = ["Answer", "Api", "Away", "Caller", "Problem", "Refused", "SignedOut"]
