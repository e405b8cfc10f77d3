"""What people read: a dataclass of words for each page, and one of it for each language, so that the type checker finds
what is missing. Words that a service answers with are the service's own, and come in the language that was asked for.
"""

from web.texts.frame import COMMON, Common
from web.texts.texts import Texts

__all__ = ["COMMON", "Common", "Texts"]
