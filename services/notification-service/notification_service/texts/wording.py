"""What no message may say (V2): anything that tells of health, of a tool, or of who sent it.

A message is read by whoever holds the phone. The words are stems in bokmål, nynorsk and English; a compound gives the
condition away as well as the word itself, so most are looked for anywhere in a word.
"""

import re
from typing import Final

_ANYWHERE: Final = (
    "verktøy verkty fastlege doktor doctor physician sykehus sjukehus hospital klinikk clinic legekontor legetime"
    " treatment terapi therap psyk psych pasient patient sykdom sjukdom sykmeld sjukmeld disease diagno cancer tumor"
    " svulst diabet anxiety depres alkohol alcohol rusmid rusbeh rusavh medisin medicin medicat resept prescri forskriv"
    " foreskriv symptom smerte astma asthma epilep demens dementia adhd autis selvmord sjølvmord suicid spiseforst"
    " overvekt obes gravid pregnan abortion hjerteinf hjarteinf hjertesv hjartesv blodtrykk blodprøve infeksjon"
    " infection smitt kjønnssyk kjønnssjuk migrene migraine allergi eczema psoria nyresvikt leversvikt stroke rehabilit"
)
_WHOLE: Final = "tool tools lege legen legar leger angst abort hiv kols copd slag rus hjerte hjarte heart"
# words that hide in harmless ones: bekrefte, eksempel, stillness; and the processing of personal data
_UNLESS: Final = (
    r"(?<!be)kreft",
    r"eksem(?!p)",
    r"(?<!st)illness",
    r"behandl(?!ing(?:en|a)? av (?:person|data|opplys))",
)

_FORBIDDEN: Final = re.compile(
    "|".join((*_ANYWHERE.split(), *_UNLESS, rf"(?<!\w)(?:{'|'.join(_WHOLE.split())})(?!\w)")), re.IGNORECASE
)
LINK: Final = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)


def forbidden_words(text: str) -> list[str]:
    """The stems found, each once, in the order of the text. Addresses are not read as words."""
    return list(dict.fromkeys(found.lower() for found in _FORBIDDEN.findall(LINK.sub(" ", text))))
