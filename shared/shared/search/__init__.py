"""Free-text search in a table of documents: full text in Norwegian and English, ranked, forgiving (K5, M1).

    search = await understand(vocabulary, connection, "søvnvansker")
    for level in search.levels():
        found, rank = Searched("tool").at(level)
        await connection.execute(select(...).where(found).order_by(rank, ...), search.values)

What the table needs for it is said in shared/schema/search.sql.
"""

from shared.search.matching import Searched
from shared.search.understanding import MAX_RANK, Search, SearchText, understand, was_relaxed
from shared.search.vocabulary import CurrentVocabulary, Vocabulary

__all__ = [
    "MAX_RANK",
    "CurrentVocabulary",
    "Search",
    "SearchText",
    "Searched",
    "Vocabulary",
    "understand",
    "was_relaxed",
]
