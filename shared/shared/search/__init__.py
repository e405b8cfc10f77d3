"""Free-text search in a table of documents: full text in Norwegian and English, ranked, forgiving (K5, M1).

What the table needs for it is said in shared/schema/search.sql. A service says how to read its list (Listed) by the
conditions and ranks of Searched, and find_page does the rest.
"""

from shared.search.filtering import DocumentFilters
from shared.search.matching import Searched
from shared.search.pages import Found, Position, find_page
from shared.search.understanding import LongSearchText, Search, SearchText, understand
from shared.search.vocabulary import CurrentVocabulary, Vocabulary

__all__ = [
    "CurrentVocabulary",
    "DocumentFilters",
    "Found",
    "LongSearchText",
    "Position",
    "Search",
    "SearchText",
    "Searched",
    "Vocabulary",
    "find_page",
    "understand",
]
