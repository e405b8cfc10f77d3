"""What a citizen reads of consent, of saying no, and of acting for others."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    title: str
    explained: str
    level: str
    none: str
    none_means: str
    basis: str
    basis_means: str
    full: str
    full_means: str
    less: str
    history: str
    never: str
    when: str
    self: str
    representative: str
    imported: str
    choose: str


CONSENT = Texts(
    nb=Consent(
        title="Samtykke til Helsenorge",
        explained="Du bestemmer hva Helsenorge kan gjøre for deg. Endringen gjelder med en gang.",
        level="Samtykkenivå",
        none="Ikke samtykke",
        none_means="Verktøyene dine er skjult. Ingen kan sende deg verktøy, og det du har fått, kan ikke åpnes.",
        basis="Basis",
        basis_means="Du kan bruke de enkleste tjenestene. Verktøyene dine er skjult, og ingen kan sende deg verktøy.",
        full="Fullt",
        full_means=(
            "Behandlere kan sende deg verktøy. Du kan bruke dem, legge til flere selv, og handle på vegne av andre."
        ),
        less=(
            "Velger du mindre enn fullt samtykke, blir ingenting slettet. Verktøyene kommer fram igjen hvis du "
            "ombestemmer deg."
        ),
        history="Endringer av samtykket",
        never="Det er ikke gitt noe samtykke ennå.",
        when="Når",
        self="deg selv",
        representative="en som handlet for deg",
        imported="overført fra et annet system",
        choose="Velg et nivå.",
    ),
    nn=Consent(
        title="Samtykke til Helsenorge",
        explained="Du bestemmer kva Helsenorge kan gjere for deg. Endringa gjeld med ein gong.",
        level="Samtykkenivå",
        none="Ikkje samtykke",
        none_means="Verktøya dine er skjulte. Ingen kan sende deg verktøy, og det du har fått, kan ikkje opnast.",
        basis="Basis",
        basis_means="Du kan bruke dei enklaste tenestene. Verktøya dine er skjulte, og ingen kan sende deg verktøy.",
        full="Fullt",
        full_means=(
            "Behandlarar kan sende deg verktøy. Du kan bruke dei, leggje til fleire sjølv, og handle på vegner "
            "av andre."
        ),
        less="Vel du mindre enn fullt samtykke, blir ingenting sletta. Verktøya kjem fram igjen om du ombestemmer deg.",
        history="Endringar av samtykket",
        never="Det er ikkje gitt noko samtykke enno.",
        when="Når",
        self="deg sjølv",
        representative="ein som handla for deg",
        imported="overført frå eit anna system",
        choose="Vel eit nivå.",
    ),
    en=Consent(
        title="Consent to Helsenorge",
        explained="You decide what Helsenorge may do for you. A change takes effect at once.",
        level="Level of consent",
        none="No consent",
        none_means="Your tools are hidden. Nobody can send you tools, and those that you have cannot be opened.",
        basis="Basic",
        basis_means="You can use the simplest services. Your tools are hidden, and nobody can send you tools.",
        full="Full",
        full_means="Practitioners can send you tools. You can use them, add more yourself, and act for others.",
        less="If you choose less than full consent, nothing is deleted. The tools come back if you change your mind.",
        history="Changes of your consent",
        never="No consent has been given yet.",
        when="When",
        self="yourself",
        representative="somebody who acted for you",
        imported="transferred from another system",
        choose="Choose a level.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservations:
    title: str
    explained: str
    reserved: str
    open: str
    say_no: str
    take_back: str


RESERVATIONS = Texts(
    nb=Reservations(
        title="Reservasjoner",
        explained=(
            "Her kan du si nei til å bli kontaktet. Det gjelder med en gang, og du kan ombestemme deg når du vil."
        ),
        reserved="Du har sagt nei",
        open="Du kan bli kontaktet",
        say_no="Si nei til dette",
        take_back="Si ja igjen",
    ),
    nn=Reservations(
        title="Reservasjonar",
        explained=(
            "Her kan du seie nei til å bli kontakta. Det gjeld med ein gong, og du kan ombestemme deg når du vil."
        ),
        reserved="Du har sagt nei",
        open="Du kan bli kontakta",
        say_no="Sei nei til dette",
        take_back="Sei ja igjen",
    ),
    en=Reservations(
        title="Opt-outs",
        explained=(
            "Here you can say no to being contacted. It takes effect at once, and you can change your mind "
            "whenever you like."
        ),
        reserved="You have said no",
        open="You may be contacted",
        say_no="Say no to this",
        take_back="Say yes again",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    title: str
    under_12: str
    from_12: str
    from_16: str
    choose: str
    to_child: str
    consent_needed: str
    own_access: str
    own_access_text: str
    granted: str
    not_granted: str
    you_granted: str
    grant: str
    take_back: str


CHILDREN = Texts(
    nb=Children(
        title="Barn",
        under_12="Er barnet under 12 år, ser og gjør du alt på barnets vegne.",
        from_12=(
            "Fra fylte 12 år ser du bare verktøy som er sendt av en behandler og kan brukes av foreldre. "
            "Hilsener, egne valg og innsynslogg er barnets eget. Slik er det for alle foreldre, og det er ikke "
            "noe galt med innloggingen din."
        ),
        from_16="Fra fylte 16 år bestemmer barnet selv, og du ser ikke lenger noe.",
        choose="Logg inn på vegne av et barn for å se det som gjelder barnet.",
        to_child="Velg barn",
        consent_needed="Du må selv ha gitt fullt samtykke for å handle for barnet.",
        own_access="Egen tilgang",
        own_access_text="Fra 12 til 15 år kan barnet logge inn selv hvis en forelder sier ja.",
        granted="{name} har egen tilgang.",
        not_granted="{name} har ikke egen tilgang.",
        you_granted="Du har egen tilgang. En forelder har sagt ja.",
        grant="Gi egen tilgang",
        take_back="Ta tilbake tilgangen",
    ),
    nn=Children(
        title="Barn",
        under_12="Er barnet under 12 år, ser og gjer du alt på vegner av barnet.",
        from_12=(
            "Frå fylte 12 år ser du berre verktøy som er sende av ein behandlar og kan brukast av foreldre. "
            "Helsingar, eigne val og innsynslogg er barnet sitt eige. Slik er det for alle foreldre, og det er "
            "ikkje noko gale med innlogginga di."
        ),
        from_16="Frå fylte 16 år bestemmer barnet sjølv, og du ser ikkje lenger noko.",
        choose="Logg inn på vegner av eit barn for å sjå det som gjeld barnet.",
        to_child="Vel barn",
        consent_needed="Du må sjølv ha gitt fullt samtykke for å handle for barnet.",
        own_access="Eigen tilgang",
        own_access_text="Frå 12 til 15 år kan barnet logge inn sjølv om ein forelder seier ja.",
        granted="{name} har eigen tilgang.",
        not_granted="{name} har ikkje eigen tilgang.",
        you_granted="Du har eigen tilgang. Ein forelder har sagt ja.",
        grant="Gi eigen tilgang",
        take_back="Ta tilbake tilgangen",
    ),
    en=Children(
        title="Children",
        under_12="While the child is under 12, you see and do everything on their behalf.",
        from_12=(
            "From the age of 12 you see only tools that a practitioner has sent and that parents may use. "
            "Messages, own choices and access logs are the child’s own. This is so for all parents, and nothing "
            "is wrong with your login."
        ),
        from_16="From the age of 16 the child decides, and you no longer see anything.",
        choose="Log in on behalf of a child to see what concerns them.",
        to_child="Choose a child",
        consent_needed="You must have given full consent yourself to act for the child.",
        own_access="Own access",
        own_access_text="From 12 to 15 the child can log in themselves if a parent says yes.",
        granted="{name} has access of their own.",
        not_granted="{name} does not have access of their own.",
        you_granted="You have access of your own. A parent has said yes.",
        grant="Give access",
        take_back="Take back the access",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    title: str
    for_whom: str
    for_other: str
    explained: str
    limits: str
    go_on: str


PERSONS = Texts(
    nb=Persons(
        title="Bytt person",
        for_whom="Du er logget inn som {name} og handler for deg selv.",
        for_other="Du er logget inn som {name} og handler på vegne av {other}.",
        explained=(
            "På innloggingssiden velger du om du vil handle for deg selv, for et barn eller for en som har gitt "
            "deg fullmakt. Der ser du alle du kan velge."
        ),
        limits=(
            "Når du handler for andre, kan du ikke gi eller trekke tilbake fullmakter for dem, og noen verktøy "
            "kan bare åpnes av den de er sendt til. Den du handler for, ser i sitt innsyn hva du har gjort."
        ),
        go_on="Velg person",
    ),
    nn=Persons(
        title="Byt person",
        for_whom="Du er logga inn som {name} og handlar for deg sjølv.",
        for_other="Du er logga inn som {name} og handlar på vegner av {other}.",
        explained=(
            "På innloggingssida vel du om du vil handle for deg sjølv, for eit barn eller for ein som har gitt "
            "deg fullmakt. Der ser du alle du kan velje."
        ),
        limits=(
            "Når du handlar for andre, kan du ikkje gi eller trekkje tilbake fullmakter for dei, og nokre "
            "verktøy kan berre opnast av den dei er sende til. Den du handlar for, ser i innsynet sitt kva du "
            "har gjort."
        ),
        go_on="Vel person",
    ),
    en=Persons(
        title="Change person",
        for_whom="You are logged in as {name} and act for yourself.",
        for_other="You are logged in as {name} and act for {other}.",
        explained=(
            "On the login page you choose whether to act for yourself, for a child or for somebody who has given "
            "you a power of attorney. It shows everyone you can choose."
        ),
        limits=(
            "When you act for others, you cannot give or revoke powers of attorney for them, and some tools can "
            "only be opened by the one they were sent to. Whoever you act for sees what you have done in their "
            "access log."
        ),
        go_on="Choose person",
    ),
)
