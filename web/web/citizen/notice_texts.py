"""What a citizen reads of notifications, access logs and the GP."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    title: str
    explained: str
    to_settings: str
    none: str
    tool: str
    reminder: str
    research: str
    survey: str
    information: str
    account: str
    sms: str
    email: str
    accepted: str
    sent: str
    delivered: str
    failed: str
    dropped: str
    on_behalf: str
    to: str


MESSAGES = Texts(
    nb=Messages(
        title="Varsler",
        explained="Alt som er sendt deg på SMS og e-post, og det som ikke ble sendt, med grunnen.",
        to_settings="Innstillinger for varsler",
        none="Ingenting er sendt deg ennå.",
        tool="Digitale helseverktøy",
        reminder="Påminnelser om frister",
        research="Forskning du er med i",
        survey="Spørsmål om helsetjenesten",
        information="Annen informasjon fra helsetjenesten",
        account="Innstillingene dine",
        sms="SMS",
        email="E-post",
        accepted="På vei",
        sent="Sendt",
        delivered="Kommet fram",
        failed="Kom ikke fram",
        dropped="Ikke sendt",
        on_behalf="For en du handler for",
        to="til",
    ),
    nn=Messages(
        title="Varsel",
        explained="Alt som er sendt deg på SMS og e-post, og det som ikkje vart sendt, med grunnen.",
        to_settings="Innstillingar for varsel",
        none="Ingenting er sendt deg enno.",
        tool="Digitale helseverktøy",
        reminder="Påminningar om fristar",
        research="Forsking du er med i",
        survey="Spørsmål om helsetenesta",
        information="Annan informasjon frå helsetenesta",
        account="Innstillingane dine",
        sms="SMS",
        email="E-post",
        accepted="På veg",
        sent="Sendt",
        delivered="Komen fram",
        failed="Kom ikkje fram",
        dropped="Ikkje sendt",
        on_behalf="For ein du handlar for",
        to="til",
    ),
    en=Messages(
        title="Notifications",
        explained="Everything that was sent to you by text message and e-mail, and what was not sent, with the reason.",
        to_settings="Notification settings",
        none="Nothing has been sent to you yet.",
        tool="Digital health tools",
        reminder="Reminders of deadlines",
        research="Research that you take part in",
        survey="Questions about the health service",
        information="Other information from the health service",
        account="Your settings",
        sms="Text message",
        email="E-mail",
        accepted="On its way",
        sent="Sent",
        delivered="Delivered",
        failed="Not delivered",
        dropped="Not sent",
        on_behalf="For somebody you act for",
        to="to",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    title: str
    explained: str
    language: str
    phone: str
    phone_hint: str
    email: str
    email_hint: str
    channels: str
    channels_text: str
    night: str
    night_on: str
    night_from: str
    night_to: str
    save: str
    given_back: str
    confirm_phone: str
    confirm_email: str
    confirm_text: str
    code: str
    code_missing: str
    confirm: str
    new_code: str
    code_sent: str
    confirmed: str
    off: str
    empty: str


SETTINGS = Texts(
    nb=Settings(
        title="Innstillinger for varsler",
        explained="Det du velger, gjelder fra nå av, også for varsler som ikke er sendt ennå.",
        language="Språk i varslene",
        phone="Mobilnummer",
        phone_hint="Med landkode, for eksempel +4799999999. La feltet stå tomt hvis du ikke vil ha SMS.",
        email="E-postadresse",
        email_hint="La feltet stå tomt hvis du ikke vil ha e-post.",
        channels="Hvordan vil du bli varslet?",
        channels_text="Velger du ingen, får du ikke varsel om dette. Hendelsen vises likevel når du logger inn.",
        night="Nattero",
        night_on="Ikke send SMS som kan vente, i disse timene",
        night_from="Fra klokken",
        night_to="Til klokken",
        save="Lagre",
        given_back="Det du hadde valgt før du ble logget ut, står i skjemaet. Det er ikke lagret ennå.",
        confirm_phone="Bekreft mobilnummeret",
        confirm_email="Bekreft e-postadressen",
        confirm_text=(
            "Vi har sendt en kode til {to}. Den kan prøves fem ganger og gjelder i 15 minutter. Før den er "
            "skrevet inn, brukes ikke {to}."
        ),
        code="Kode",
        code_missing="Skriv koden du har fått.",
        confirm="Bekreft",
        new_code="Send en ny kode",
        code_sent="En ny kode er sendt.",
        confirmed="Bekreftet. Den brukes fra nå av.",
        off="Av",
        empty="Tomt",
    ),
    nn=Settings(
        title="Innstillingar for varsel",
        explained="Det du vel, gjeld frå no av, òg for varsel som ikkje er sende enno.",
        language="Språk i varsla",
        phone="Mobilnummer",
        phone_hint="Med landkode, til dømes +4799999999. La feltet stå tomt om du ikkje vil ha SMS.",
        email="E-postadresse",
        email_hint="La feltet stå tomt om du ikkje vil ha e-post.",
        channels="Korleis vil du bli varsla?",
        channels_text="Vel du ingen, får du ikkje varsel om dette. Hendinga blir likevel vist når du loggar inn.",
        night="Nattero",
        night_on="Ikkje send SMS som kan vente, i desse timane",
        night_from="Frå klokka",
        night_to="Til klokka",
        save="Lagre",
        given_back="Det du hadde valt før du vart logga ut, står i skjemaet. Det er ikkje lagra enno.",
        confirm_phone="Stadfest mobilnummeret",
        confirm_email="Stadfest e-postadressa",
        confirm_text=(
            "Vi har sendt ein kode til {to}. Han kan prøvast fem gonger og gjeld i 15 minutt. Før han er skriven "
            "inn, blir ikkje {to} brukt."
        ),
        code="Kode",
        code_missing="Skriv koden du har fått.",
        confirm="Stadfest",
        new_code="Send ein ny kode",
        code_sent="Ein ny kode er send.",
        confirmed="Stadfesta. Han blir brukt frå no av.",
        off="Av",
        empty="Tomt",
    ),
    en=Settings(
        title="Notification settings",
        explained="What you choose counts from now on, also for notifications that have not been sent yet.",
        language="Language of notifications",
        phone="Mobile number",
        phone_hint="With country code, for example +4799999999. Leave it empty if you do not want text messages.",
        email="E-mail address",
        email_hint="Leave it empty if you do not want e-mail.",
        channels="How do you want to be notified?",
        channels_text="If you choose none, you are not notified of this. The event is still shown when you log in.",
        night="Quiet hours",
        night_on="Do not send text messages that can wait during these hours",
        night_from="From",
        night_to="To",
        save="Save",
        given_back="What you had chosen before you were logged out is in the form. It has not been saved yet.",
        confirm_phone="Confirm the mobile number",
        confirm_email="Confirm the e-mail address",
        confirm_text=(
            "We have sent a code to {to}. It can be tried five times and lasts for 15 minutes. Until it has been "
            "entered, {to} is not used."
        ),
        code="Code",
        code_missing="Write the code that you were sent.",
        confirm="Confirm",
        new_code="Send a new code",
        code_sent="A new code has been sent.",
        confirmed="Confirmed. It is used from now on.",
        off="Off",
        empty="Empty",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    title: str
    explained: str
    none: str
    prescription: str
    consent: str
    helsetilbud: str
    notification: str
    away: str
    refused: str
    older: str
    newest: str


LOGS = Texts(
    nb=Logs(
        title="Innsyn",
        explained="Hvem som har sett eller brukt opplysninger om deg, fra alle tjenestene, de nyeste først.",
        none="Ingen har sett eller brukt opplysninger om deg.",
        prescription="Verktøyformidleren",
        consent="Samtykke og fullmakter",
        helsetilbud="Fastlegekontor",
        notification="Varsling",
        away="Kunne ikke hentes akkurat nå. Prøv igjen om litt.",
        refused="Avvist",
        older="Eldre innsyn",
        newest="Til de nyeste",
    ),
    nn=Logs(
        title="Innsyn",
        explained="Kven som har sett eller brukt opplysningar om deg, frå alle tenestene, dei nyaste først.",
        none="Ingen har sett eller brukt opplysningar om deg.",
        prescription="Verktøyformidlaren",
        consent="Samtykke og fullmakter",
        helsetilbud="Fastlegekontor",
        notification="Varsling",
        away="Kunne ikkje hentast akkurat no. Prøv igjen om litt.",
        refused="Avvist",
        older="Eldre innsyn",
        newest="Til dei nyaste",
    ),
    en=Logs(
        title="Access log",
        explained="Who has seen or used information about you, from all services, the newest first.",
        none="Nobody has seen or used information about you.",
        prescription="Sending of tools",
        consent="Consent and powers of attorney",
        helsetilbud="GP offices",
        notification="Notifications",
        away="Could not be fetched right now. Please try again in a moment.",
        refused="Refused",
        older="Older entries",
        newest="To the newest",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gp:
    title: str
    yours: str
    away: str
    substitutes: str
    message: str
    services: str
    forms: str
    office: str


GP = Texts(
    nb=Gp(
        title="Fastlegen",
        yours="Fastlegen din er {name}",
        away="Fastlegen er borte nå.",
        substitutes="Vikarer",
        message="Informasjon fra legekontoret",
        services="Tjenester på nett",
        forms="Skjemaer du svarer på først",
        office="Legekontor",
    ),
    nn=Gp(
        title="Fastlegen",
        yours="Fastlegen din er {name}",
        away="Fastlegen er borte no.",
        substitutes="Vikarar",
        message="Informasjon frå legekontoret",
        services="Tenester på nett",
        forms="Skjema du svarer på først",
        office="Legekontor",
    ),
    en=Gp(
        title="GP",
        yours="Your GP is {name}",
        away="The GP is away now.",
        substitutes="Substitutes",
        message="Information from the GP’s office",
        services="Services online",
        forms="Forms that you answer first",
        office="Office",
    ),
)
