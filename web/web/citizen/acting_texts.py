"""Words of those whom somebody may act for, and why they may not."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """From `young_persons_own` on by the contract's codes, with underscores; `other` for one that is new."""

    title: str
    nobody: str
    away: str
    child: str
    power: str
    may: str
    narrowed: str
    young_persons_own: str
    actor_consent_too_low: str
    area_not_covered: str
    not_begun: str
    ended: str
    deceased: str
    other: str


ACTING_FOR = Texts(
    nb=ActingFor(
        title="Personer du kan handle for",
        nobody="Du har ikke barn under 16 år eller fullmakter som gjelder.",
        away="Vi får ikke vist hvem du kan handle for akkurat nå. Du kan likevel velge person.",
        child="Barn, {age} år",
        power="Har gitt deg fullmakt",
        may="Ja",
        narrowed="Ja, men ikke det ungdommen selv bestemmer over",
        young_persons_own="Nei: ungdommen bestemmer selv over dette fra fylte 12 år",
        actor_consent_too_low="Nei: du må selv ha samtykket «Full»",
        area_not_covered="Nei: fullmakten gjelder ikke dette",
        not_begun="Nei: fullmakten gjelder ikke ennå",
        ended="Nei: fullmakten er gått ut",
        deceased="Nei: personen er registrert som død",
        other="Nei",
    ),
    nn=ActingFor(
        title="Personar du kan handle for",
        nobody="Du har ikkje barn under 16 år eller fullmakter som gjeld.",
        away="Vi får ikkje vist kven du kan handle for akkurat no. Du kan likevel velje person.",
        child="Barn, {age} år",
        power="Har gitt deg fullmakt",
        may="Ja",
        narrowed="Ja, men ikkje det ungdommen sjølv avgjer",
        young_persons_own="Nei: ungdommen avgjer dette sjølv frå fylte 12 år",
        actor_consent_too_low="Nei: du må sjølv ha samtykket «Full»",
        area_not_covered="Nei: fullmakta gjeld ikkje dette",
        not_begun="Nei: fullmakta gjeld ikkje enno",
        ended="Nei: fullmakta er gått ut",
        deceased="Nei: personen er registrert som død i folkeregisteret",
        other="Nei",
    ),
    en=ActingFor(
        title="People you can act for",
        nobody="You have no children under 16 and no powers of attorney in force.",
        away="We cannot show whom you can act for right now. You can choose a person all the same.",
        child="Child, {age} years old",
        power="Has given you a power of attorney",
        may="Yes",
        narrowed="Yes, but not what the young person decides themselves",
        young_persons_own="No: the young person decides this themselves from the age of 12",
        actor_consent_too_low="No: you need the consent level Full yourself",
        area_not_covered="No: the power of attorney does not cover this",
        not_begun="No: the power of attorney is not in force yet",
        ended="No: the power of attorney has ended",
        deceased="No: the person is registered as deceased",
        other="No",
    ),
)
