"""What a citizen reads of powers of attorney."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Attorneys:
    title: str
    explained: str
    given: str
    received: str
    none_given: str
    none_received: str
    period: str
    assigned: str
    upcoming: str
    in_force: str
    ended: str
    revoked: str
    revoke: str
    give_up: str
    revoke_title: str
    give_up_title: str
    revoke_text: str
    give_up_text: str
    ended_done: str
    give_title: str
    given_done: str
    limits: str
    name: str
    name_hint: str
    number: str
    number_hint: str
    areas: str
    health_care: str
    youth: str
    research: str
    administration: str
    begins: str
    ends: str
    give: str
    missing: str
    areas_missing: str
    date_wrong: str
    given_back: str


ATTORNEYS = Texts(
    nb=Attorneys(
        title="Fullmakter",
        explained=(
            "Med en fullmakt kan en annen voksen gjøre noe for deg på Helsenorge. Begge kan avslutte den når som helst."
        ),
        given="Fullmakter du har gitt",
        received="Fullmakter du har fått",
        none_given="Du har ikke gitt noen fullmakt.",
        none_received="Du har ikke fått noen fullmakt.",
        period="Gjelder",
        assigned="Tildelt av det offentlige",
        upcoming="Begynner senere",
        in_force="Gjelder nå",
        ended="Gått ut",
        revoked="Trukket tilbake",
        revoke="Trekk tilbake",
        give_up="Si fra deg",
        revoke_title="Trekke tilbake fullmakten?",
        give_up_title="Si fra deg fullmakten?",
        revoke_text="Det gjelder med en gang. {name} kan ikke lenger gjøre noe for deg.",
        give_up_text="Det gjelder med en gang. Du kan ikke lenger gjøre noe for {name}.",
        ended_done="Fullmakten er avsluttet.",
        give_title="Gi en fullmakt",
        given_done="Fullmakten er gitt.",
        limits=(
            "Du må være fylt 16 år for å gi fullmakt, og den som får den, må være fylt 18. Den som har fortrolig "
            "adresse, kan verken gi eller få. Du kan prøve ti ganger om dagen, og den du nevner, ser det i sitt "
            "innsyn."
        ),
        name="Hele navnet til den som skal få fullmakten",
        name_hint="Slik det står i folkeregisteret",
        number="Fødselsnummer eller D-nummer",
        number_hint="11 siffer. Nummeret vises ikke igjen, og må skrives på nytt hvis noe må rettes.",
        areas="Hva fullmakten gjelder",
        health_care="Helsehjelp: verktøy, hendelser og innsyn",
        youth="Tjenester for ungdom",
        research="Forskning",
        administration="Administrasjon: varsler og innstillinger",
        begins="Fra og med (i dag hvis du ikke velger noe)",
        ends="Til og med",
        give="Gi fullmakt",
        missing="Dette må fylles ut.",
        areas_missing="Velg minst ett område.",
        date_wrong="Skriv en dato, for eksempel 2027-01-31.",
        given_back="Det du skrev før du ble logget ut, står i skjemaet. Nummeret er ikke tatt vare på.",
    ),
    nn=Attorneys(
        title="Fullmakter",
        explained=(
            "Med ei fullmakt kan ein annan vaksen gjere noko for deg på Helsenorge. Begge kan avslutte ho når "
            "som helst."
        ),
        given="Fullmakter du har gitt",
        received="Fullmakter du har fått",
        none_given="Du har ikkje gitt noka fullmakt.",
        none_received="Du har ikkje fått noka fullmakt.",
        period="Gjeld",
        assigned="Tildelt av det offentlege",
        upcoming="Byrjar seinare",
        in_force="Gjeld no",
        ended="Gått ut",
        revoked="Trekt tilbake",
        revoke="Trekk tilbake",
        give_up="Sei frå deg",
        revoke_title="Trekkje tilbake fullmakta?",
        give_up_title="Seie frå deg fullmakta?",
        revoke_text="Det gjeld med ein gong. {name} kan ikkje lenger gjere noko for deg.",
        give_up_text="Det gjeld med ein gong. Du kan ikkje lenger gjere noko for {name}.",
        ended_done="Fullmakta er avslutta.",
        give_title="Gi ei fullmakt",
        given_done="Fullmakta er gitt.",
        limits=(
            "Du må vere fylt 16 år for å gi fullmakt, og den som får ho, må vere fylt 18. Den som har fortruleg "
            "adresse, kan verken gi eller få. Du kan prøve ti gonger om dagen, og den du nemner, ser det i "
            "innsynet sitt."
        ),
        name="Heile namnet til den som skal få fullmakta",
        name_hint="Slik det står i folkeregisteret",
        number="Fødselsnummer eller D-nummer",
        number_hint="11 siffer. Nummeret blir ikkje vist igjen, og må skrivast på nytt om noko må rettast.",
        areas="Kva fullmakta gjeld",
        health_care="Helsehjelp: verktøy, hendingar og innsyn",
        youth="Tenester for ungdom",
        research="Forsking",
        administration="Administrasjon: varsel og innstillingar",
        begins="Frå og med (i dag om du ikkje vel noko)",
        ends="Til og med",
        give="Gi fullmakt",
        missing="Dette må fyllast ut.",
        areas_missing="Vel minst eitt område.",
        date_wrong="Skriv ein dato, til dømes 2027-01-31.",
        given_back="Det du skreiv før du vart logga ut, står i skjemaet. Nummeret er ikkje teke vare på.",
    ),
    en=Attorneys(
        title="Powers of attorney",
        explained=(
            "With a power of attorney another adult can do things for you on Helsenorge. Both of you can end it "
            "at any time."
        ),
        given="Powers of attorney that you have given",
        received="Powers of attorney that you have received",
        none_given="You have not given any power of attorney.",
        none_received="You have not received any power of attorney.",
        period="Valid",
        assigned="Assigned by the authorities",
        upcoming="Begins later",
        in_force="In force",
        ended="Expired",
        revoked="Revoked",
        revoke="Revoke",
        give_up="Give up",
        revoke_title="Revoke the power of attorney?",
        give_up_title="Give up the power of attorney?",
        revoke_text="It takes effect at once. {name} can no longer do anything for you.",
        give_up_text="It takes effect at once. You can no longer do anything for {name}.",
        ended_done="The power of attorney has been ended.",
        give_title="Give a power of attorney",
        given_done="The power of attorney has been given.",
        limits=(
            "You must be 16 to give a power of attorney, and whoever receives it must be 18. Those with a "
            "confidential address can neither give nor receive one. You may try ten times a day, and whoever you "
            "name sees it in their access log."
        ),
        name="The full name of whoever is to have it",
        name_hint="As it is in the population register",
        number="National identity number or D number",
        number_hint=(
            "11 digits. The number is not shown again, and must be written anew if something has to be corrected."
        ),
        areas="What it covers",
        health_care="Health care: tools, events and access logs",
        youth="Services for young people",
        research="Research",
        administration="Administration: notifications and settings",
        begins="From (today if you choose nothing)",
        ends="Until",
        give="Give power of attorney",
        missing="This must be filled in.",
        areas_missing="Choose at least one area.",
        date_wrong="Write a date, for example 2027-01-31.",
        given_back="What you wrote before you were logged out is in the form. The number was not kept.",
    ),
)
