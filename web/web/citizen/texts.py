"""What a citizen reads on several pages, and of events."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    to_consent: str
    to_persons: str
    more: str
    not_possible: str
    save: str
    cancel: str
    saved: str
    back: str
    changed_elsewhere: str
    now_saved: str
    you_chose: str
    save_anyway: str
    last_changed: str
    never_changed: str
    by: str
    nothing: str


SHARED = Texts(
    nb=Shared(
        to_consent="Gå til samtykke",
        to_persons="Bytt person",
        more="Vis flere",
        not_possible="Det gikk ikke",
        save="Lagre",
        cancel="Avbryt",
        saved="Endringen er lagret.",
        back="Tilbake",
        changed_elsewhere=(
            "Dette er endret et annet sted siden du åpnet siden. Ingenting av det du valgte, er lagret ennå."
        ),
        now_saved="Lagret nå",
        you_chose="Du har valgt",
        save_anyway="Trykk på knappen en gang til hvis du fortsatt vil lagre ditt valg.",
        last_changed="Sist endret",
        never_changed="Aldri endret",
        by="Av",
        nothing="Ingenting",
    ),
    nn=Shared(
        to_consent="Gå til samtykke",
        to_persons="Byt person",
        more="Vis fleire",
        not_possible="Det gjekk ikkje",
        save="Lagre",
        cancel="Avbryt",
        saved="Endringa er lagra.",
        back="Tilbake",
        changed_elsewhere="Dette er endra ein annan stad sidan du opna sida. Ingenting av det du valde, er lagra enno.",
        now_saved="Lagra no",
        you_chose="Du har valt",
        save_anyway="Trykk på knappen ein gong til om du framleis vil lagre valet ditt.",
        last_changed="Sist endra",
        never_changed="Aldri endra",
        by="Av",
        nothing="Ingenting",
    ),
    en=Shared(
        to_consent="Go to consent",
        to_persons="Change person",
        more="Show more",
        not_possible="That was not possible",
        save="Save",
        cancel="Cancel",
        saved="The change has been saved.",
        back="Back",
        changed_elsewhere=(
            "This was changed elsewhere after you opened the page. Nothing of what you chose has been saved yet."
        ),
        now_saved="Saved now",
        you_chose="You have chosen",
        save_anyway="Press the button once more if you still want to save your choice.",
        last_changed="Last changed",
        never_changed="Never changed",
        by="By",
        nothing="Nothing",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    welcome: str
    welcome_text: str
    sign_in: str
    title: str
    none: str
    older: str
    newest: str
    details: str
    to_tool: str
    new_event: str
    reason: str
    message: str
    message_missing: str
    notified_sms: str
    notified_email: str
    notified_failed: str
    back: str


EVENTS = Texts(
    nb=Events(
        welcome="Mine helseverktøy",
        welcome_text="Her finner du verktøy som behandlere har sendt deg, og dem du har valgt selv.",
        sign_in="Logg inn",
        title="Hendelser",
        none="Det har ikke skjedd noe ennå. Får du et verktøy, står det her.",
        older="Eldre hendelser",
        newest="Til de nyeste",
        details="Les mer",
        to_tool="Gå til verktøyet",
        new_event="Ny hendelse:",
        reason="Årsak",
        message="Hilsen fra behandleren",
        message_missing="Hilsenen fra behandleren kan ikke vises akkurat nå.",
        notified_sms="Du ble varslet på SMS",
        notified_email="Du ble varslet på e-post",
        notified_failed="Varselet kom ikke fram",
        back="Til hendelsene",
    ),
    nn=Events(
        welcome="Mine helseverktøy",
        welcome_text="Her finn du verktøy som behandlarar har sendt deg, og dei du har valt sjølv.",
        sign_in="Logg inn",
        title="Hendingar",
        none="Det har ikkje skjedd noko enno. Får du eit verktøy, står det her.",
        older="Eldre hendingar",
        newest="Til dei nyaste",
        details="Les meir",
        to_tool="Gå til verktøyet",
        new_event="Ny hending:",
        reason="Årsak",
        message="Helsing frå behandlaren",
        message_missing="Helsinga frå behandlaren kan ikkje visast akkurat no.",
        notified_sms="Du vart varsla på SMS",
        notified_email="Du vart varsla på e-post",
        notified_failed="Varselet kom ikkje fram",
        back="Til hendingane",
    ),
    en=Events(
        welcome="My health tools",
        welcome_text="Here you find tools that practitioners have sent you, and those that you have chosen yourself.",
        sign_in="Log in",
        title="Events",
        none="Nothing has happened yet. If you are sent a tool, it will be shown here.",
        older="Older events",
        newest="To the newest",
        details="Read more",
        to_tool="Go to the tool",
        new_event="New event:",
        reason="Reason",
        message="Message from the practitioner",
        message_missing="The message from the practitioner cannot be shown right now.",
        notified_sms="You were notified by text message",
        notified_email="You were notified by e-mail",
        notified_failed="The notification did not arrive",
        back="To the events",
    ),
)
