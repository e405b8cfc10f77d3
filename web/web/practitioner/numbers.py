"""Words that are searched for go into addresses, where no national identity number may stand (I1)."""

from shared.nationalid import holds_national_id


def without_numbers(words: str) -> str:
    """Nothing at all where a number stands among them: it was meant for the field of the patient."""
    return "" if holds_national_id(words) else words.strip()
