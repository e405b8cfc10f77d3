"""What a practitioner reads. Words as in the user guide of Verktøyformidleren, where it has them."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What stands above the pages: the patient, the organisation, and where one is."""

    chosen: str
    patient: str
    child: str
    youth: str
    change_patient: str
    organisation: str
    no_organisation: str
    change_organisation: str


DESK = Texts(
    nb=Desk(
        chosen="Valgt pasient og virksomhet",
        patient="Pasient",
        child="barn under 12 år",
        youth="ungdom 12–15 år",
        change_patient="Bytt pasient",
        organisation="Virksomhet",
        no_organisation="ikke valgt",
        change_organisation="Bytt virksomhet",
    ),
    nn=Desk(
        chosen="Vald pasient og verksemd",
        patient="Pasient",
        child="barn under 12 år",
        youth="ungdom 12–15 år",
        change_patient="Byt pasient",
        organisation="Verksemd",
        no_organisation="ikkje vald",
        change_organisation="Byt verksemd",
    ),
    en=Desk(
        chosen="Chosen patient and organisation",
        patient="Patient",
        child="child under 12",
        youth="young person aged 12–15",
        change_patient="Change patient",
        organisation="Organisation",
        no_organisation="none chosen",
        change_organisation="Change organisation",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    title: str
    welcome: str
    sign_in: str
    conditions: str
    condition_public: str
    condition_sound: str
    condition_number: str
    number: str
    number_hint: str
    search: str
    found: str
    choose: str
    active: str
    through_others: str
    not_active: str
    not_active_advice: str
    number_missing: str
    again: str
    interrupted: str
    changed: str


FINDING = Texts(
    nb=Finding(
        title="Finn pasient",
        welcome="Send digitale helseverktøy til pasienten",
        sign_in="Logg inn med HelseID",
        conditions="Før du begynner",
        condition_public="Verktøyformidleren er for oppfølging og behandling i det offentlige helsetilbudet i Norge.",
        condition_sound="Du er ansvarlig for at verktøyet er helsefaglig forsvarlig og egnet for pasienten.",
        condition_number="Du må ha gyldig HPR-nummer.",
        number="Fødselsnummer eller D-nummer",
        number_hint="11 siffer",
        search="Søk",
        found="Pasienten du søkte etter",
        choose="Velg pasient",
        active="Pasienten er digitalt aktiv på Helsenorge.",
        through_others="Noen som kan handle for pasienten, er digitalt aktiv på Helsenorge.",
        not_active="Pasienten er ikke digitalt aktiv på Helsenorge, og kan ikke få verktøy tilsendt.",
        not_active_advice="Pasienten kan selv endre samtykket sitt på Helsenorge.",
        number_missing="Skriv fødselsnummeret eller D-nummeret til pasienten.",
        again="Søk etter pasienten på nytt. Det har gått for lang tid, eller du har søkt etter en annen i mellomtiden.",
        interrupted="Velg pasienten for å fortsette der du var.",
        changed="Ingen pasient er valgt.",
    ),
    nn=Finding(
        title="Finn pasient",
        welcome="Send digitale helseverktøy til pasienten",
        sign_in="Logg inn med HelseID",
        conditions="Før du byrjar",
        condition_public="Verktøyformidlaren er for oppfølging og behandling i det offentlege helsetilbodet i Noreg.",
        condition_sound="Du er ansvarleg for at verktøyet er helsefagleg forsvarleg og eigna for pasienten.",
        condition_number="Du må ha gyldig HPR-nummer.",
        number="Fødselsnummer eller D-nummer",
        number_hint="11 siffer",
        search="Søk",
        found="Pasienten du søkte etter",
        choose="Vel pasient",
        active="Pasienten er digitalt aktiv på Helsenorge.",
        through_others="Nokon som kan handle for pasienten, er digitalt aktiv på Helsenorge.",
        not_active="Pasienten er ikkje digitalt aktiv på Helsenorge, og kan ikkje få tilsendt verktøy.",
        not_active_advice="Pasienten kan sjølv endre samtykket sitt på Helsenorge.",
        number_missing="Skriv fødselsnummeret eller D-nummeret til pasienten.",
        again="Søk etter pasienten på nytt. Det har gått for lang tid, eller du har søkt etter ein annan i mellomtida.",
        interrupted="Vel pasienten for å halde fram der du var.",
        changed="Ingen pasient er vald.",
    ),
    en=Finding(
        title="Find the patient",
        welcome="Send digital health tools to the patient",
        sign_in="Log in with HelseID",
        conditions="Before you begin",
        condition_public="This service is for follow-up and treatment in the public health services of Norway.",
        condition_sound="You are responsible for the tool being sound and suitable for the patient.",
        condition_number="You need a valid HPR number.",
        number="National identity number or D-number",
        number_hint="11 digits",
        search="Search",
        found="The patient you searched for",
        choose="Choose patient",
        active="The patient is digitally active on Helsenorge.",
        through_others="Somebody who may act for the patient is digitally active on Helsenorge.",
        not_active="The patient is not digitally active on Helsenorge, and cannot be sent tools.",
        not_active_advice="The patient can change their consent on Helsenorge.",
        number_missing="Enter the patient's national identity number or D-number.",
        again="Search for the patient again. It has been too long, or you have searched for somebody else meanwhile.",
        interrupted="Choose the patient to go on where you were.",
        changed="No patient is chosen.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisations:
    title: str
    explained: str
    without: str
    own: str
    find: str
    find_hint: str
    search: str
    found: str
    nothing_found: str
    more: str
    choose: str
    number: str
    too_short: str
    not_yours: str


ORGANISATIONS = Texts(
    nb=Organisations(
        title="Velg virksomhet",
        explained="Noen verktøy er bare tilgjengelige for enkelte virksomheter. For å få dem med må du velge "
        "virksomheten du representerer.",
        without="Gå videre uten å velge virksomhet",
        own="Virksomheter du er logget inn for",
        find="Finn en virksomhet",
        find_hint="Navn eller organisasjonsnummer",
        search="Søk",
        found="Treff",
        nothing_found="Ingen virksomhet har dette navnet eller nummeret.",
        more="Det er flere treff. Skriv mer av navnet.",
        choose="Velg",
        number="Org.nr.",
        too_short="Skriv minst to tegn.",
        not_yours="Du kan ikke velge {name}: HelseID har ikke registrert at du representerer virksomheten.",
    ),
    nn=Organisations(
        title="Vel verksemd",
        explained="Nokre verktøy er berre tilgjengelege for enkelte verksemder. For å få dei med må du velje verksemda "
        "du representerer.",
        without="Gå vidare utan å velje verksemd",
        own="Verksemder du er logga inn for",
        find="Finn ei verksemd",
        find_hint="Namn eller organisasjonsnummer",
        search="Søk",
        found="Treff",
        nothing_found="Inga verksemd har dette namnet eller nummeret.",
        more="Det er fleire treff. Skriv meir av namnet.",
        choose="Vel",
        number="Org.nr.",
        too_short="Skriv minst to teikn.",
        not_yours="Du kan ikkje velje {name}: HelseID har ikkje registrert at du representerer verksemda.",
    ),
    en=Organisations(
        title="Choose organisation",
        explained="Some tools are only for certain organisations. To include them, choose the organisation that you "
        "represent.",
        without="Continue without choosing an organisation",
        own="Organisations you are logged in for",
        find="Find an organisation",
        find_hint="Name or organisation number",
        search="Search",
        found="Found",
        nothing_found="No organisation has this name or number.",
        more="There are more. Write more of the name.",
        choose="Choose",
        number="Org. no.",
        too_short="Enter at least two characters.",
        not_yours="You cannot choose {name}: HelseID does not know that you represent it.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    title: str
    search: str
    search_button: str
    purpose: str
    subject_area: str
    target_group: str
    language: str
    every: str
    one: str
    many: str
    none: str
    clear: str
    cannot: str
    sent: str
    from_body: str


TOOLS = Texts(
    nb=Tools(
        title="Velg verktøy",
        search="Søk i verktøyene",
        search_button="Søk",
        purpose="Formål",
        subject_area="Fagområde",
        target_group="Målgruppe",
        language="Språk i verktøyet",
        every="Alle",
        one="1 verktøy",
        many="{count} verktøy",
        none="Ingen verktøy passer med det du har valgt.",
        clear="Vis alle",
        cannot="Kan ikke sendes",
        sent="Sendt {day}",
        from_body="Anbefalt av",
    ),
    nn=Tools(
        title="Vel verktøy",
        search="Søk i verktøya",
        search_button="Søk",
        purpose="Føremål",
        subject_area="Fagområde",
        target_group="Målgruppe",
        language="Språk i verktøyet",
        every="Alle",
        one="1 verktøy",
        many="{count} verktøy",
        none="Ingen verktøy passar med det du har valt.",
        clear="Vis alle",
        cannot="Kan ikkje sendast",
        sent="Sendt {day}",
        from_body="Tilrådd av",
    ),
    en=Tools(
        title="Choose a tool",
        search="Search the tools",
        search_button="Search",
        purpose="Purpose",
        subject_area="Subject area",
        target_group="Target group",
        language="Language of the tool",
        every="All",
        one="1 tool",
        many="{count} tools",
        none="No tool fits what you have chosen.",
        clear="Show all",
        cannot="Cannot be sent",
        sent="Sent {day}",
        from_body="Recommended by",
    ),
)
