"""What a practitioner reads when a tool is sent, and afterwards."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    back: str
    for_practitioners: str
    for_the_patient: str
    supplier: str
    health_body: str
    purpose: str
    subject_areas: str
    target_groups: str
    minimum_age: str
    years: str
    languages: str
    send_title: str
    deadline: str
    deadline_hint: str
    deadline_wrong: str
    message: str
    message_hint: str
    left: str
    over: str
    send: str
    responsible: str
    cannot: str
    choose_patient: str
    choose_organisation: str
    already: str
    show_sent: str
    given_back: str
    other_patient: str
    other_patient_kept: str
    patient_gone: str
    not_found: str
    maybe_sent: str
    away: str
    show_all_sent: str


SENDING = Texts(
    nb=Sending(
        back="Til verktøyene",
        for_practitioners="For deg som behandler",
        for_the_patient="Det pasienten leser",
        supplier="Leverandør",
        health_body="Anbefalt av",
        purpose="Formål",
        subject_areas="Fagområder",
        target_groups="Målgrupper",
        minimum_age="Aldersgrense",
        years="{count} år",
        languages="Språk",
        send_title="Send til pasienten",
        deadline="Frist for å ta verktøyet i bruk",
        deadline_hint="Står feltet tomt, er fristen {days} dager.",
        deadline_wrong="Skriv fristen som dag, måned og år.",
        message="Hilsen til pasienten",
        message_hint="Valgfritt. Pasienten ser hilsenen sammen med verktøyet, og den står i notatet til journalen.",
        left="{count} tegn igjen",
        over="{count} tegn for mye",
        send="Send",
        responsible="Den som sender et verktøy til en pasient, er ansvarlig for at det er helsefaglig forsvarlig og "
        "egnet for pasienten som skal bruke det.",
        cannot="Verktøyet kan ikke sendes",
        choose_patient="Velg en pasient først",
        choose_organisation="Velg virksomhet",
        already="Pasienten fikk verktøyet {day}. Det kan ikke sendes én gang til.",
        show_sent="Vis det som er sendt",
        given_back="Det du skrev tidligere, er satt inn igjen. Les over før du sender.",
        other_patient="Du har byttet pasient, kanskje i et annet vindu. Skjemaet gjaldt en annen pasient, og "
        "ingenting er sendt.",
        other_patient_kept="Det du skrev, er tatt vare på og kommer tilbake når du velger den pasienten igjen.",
        patient_gone="Velg pasienten på nytt. Ingenting er sendt. Det du skrev, er tatt vare på.",
        not_found="Verktøyet finnes ikke i Verktøykatalogen.",
        maybe_sent="Skjemaet er alt brukt til å sende noe. Se etter under sendte verktøy før du sender på nytt.",
        away="Vi vet ikke om verktøyet ble sendt. Trykk Send igjen: det blir ikke sendt to ganger.",
        show_all_sent="Sendte verktøy",
    ),
    nn=Sending(
        back="Til verktøya",
        for_practitioners="For deg som behandlar",
        for_the_patient="Det pasienten les",
        supplier="Leverandør",
        health_body="Tilrådd av",
        purpose="Føremål",
        subject_areas="Fagområde",
        target_groups="Målgrupper",
        minimum_age="Aldersgrense",
        years="{count} år",
        languages="Språk",
        send_title="Send til pasienten",
        deadline="Frist for å ta verktøyet i bruk",
        deadline_hint="Står feltet tomt, er fristen {days} dagar.",
        deadline_wrong="Skriv fristen som dag, månad og år.",
        message="Helsing til pasienten",
        message_hint="Valfritt. Pasienten ser helsinga saman med verktøyet, og ho står i notatet til journalen.",
        left="{count} teikn att",
        over="{count} teikn for mykje",
        send="Send",
        responsible="Den som sender eit verktøy til ein pasient, er ansvarleg for at det er helsefagleg forsvarleg og "
        "eigna for pasienten som skal bruke det.",
        cannot="Verktøyet kan ikkje sendast",
        choose_patient="Vel ein pasient først",
        choose_organisation="Vel verksemd",
        already="Pasienten fekk verktøyet {day}. Det kan ikkje sendast éin gong til.",
        show_sent="Vis det som er sendt",
        given_back="Det du skreiv tidlegare, er sett inn igjen. Les over før du sender.",
        other_patient="Du har bytt pasient, kanskje i eit anna vindauge. Skjemaet galdt ein annan pasient, og "
        "ingenting er sendt.",
        other_patient_kept="Det du skreiv, er teke vare på og kjem tilbake når du vel den pasienten igjen.",
        patient_gone="Vel pasienten på nytt. Ingenting er sendt. Det du skreiv, er teke vare på.",
        not_found="Verktøyet finst ikkje i Verktøykatalogen.",
        maybe_sent="Skjemaet er alt brukt til å sende noko. Sjå etter under sende verktøy før du sender på nytt.",
        away="Vi veit ikkje om verktøyet vart sendt. Trykk Send igjen: det blir ikkje sendt to gonger.",
        show_all_sent="Sende verktøy",
    ),
    en=Sending(
        back="To the tools",
        for_practitioners="For you as a practitioner",
        for_the_patient="What the patient reads",
        supplier="Supplier",
        health_body="Recommended by",
        purpose="Purpose",
        subject_areas="Subject areas",
        target_groups="Target groups",
        minimum_age="Minimum age",
        years="{count} years",
        languages="Languages",
        send_title="Send to the patient",
        deadline="Deadline for taking the tool into use",
        deadline_hint="Left empty, the deadline is {days} days.",
        deadline_wrong="Enter the deadline as day, month and year.",
        message="Greeting to the patient",
        message_hint="Optional. The patient sees the greeting with the tool, and it stands in the note for the record.",
        left="{count} characters left",
        over="{count} characters too many",
        send="Send",
        responsible="Whoever sends a tool to a patient is responsible for it being sound and suitable for the patient "
        "who is to use it.",
        cannot="The tool cannot be sent",
        choose_patient="Choose a patient first",
        choose_organisation="Choose organisation",
        already="The patient was sent the tool on {day}. It cannot be sent once more.",
        show_sent="Show what was sent",
        given_back="What you wrote earlier is put back. Read it over before you send.",
        other_patient="You have changed patient, perhaps in another window. The form was for another patient, and "
        "nothing was sent.",
        other_patient_kept="What you wrote is kept, and comes back when you choose that patient again.",
        patient_gone="Choose the patient again. Nothing was sent. What you wrote is kept.",
        not_found="The tool is not in the catalogue.",
        maybe_sent="The form has already been used to send something. Look among the sent tools before you send again.",
        away="We do not know whether the tool was sent. Press Send again: it will not be sent twice.",
        show_all_sent="Sent tools",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    active: str
    opened: str
    ended: str
    revoked: str
    removed: str
    expired: str
    stopped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    list_title: str
    list_explained: str
    list_empty: str
    title: str
    sent_to: str
    explained: str
    note_title: str
    note_advice: str
    copy: str
    copied: str
    copy_failed: str
    other_patient: str
    state: str
    sent_at: str
    sent_by: str
    for_organisation: str
    deadline: str
    opened_at: str
    message: str
    ended_at: str
    reason: str
    closing_note: str
    revoke_title: str
    revoke_explained: str
    revoke_reason: str
    revoke_reason_hint: str
    revoke_reason_missing: str
    revoke_why: str
    by_mistake: str
    replaced: str
    no_longer_needed: str
    other: str
    revoke: str
    states: States
    send_more: str


SENT = Texts(
    nb=Sent(
        list_title="Sendte verktøy",
        list_explained="Det virksomheten din har sendt til denne pasienten.",
        list_empty="Virksomheten din har ikke sendt noe til denne pasienten.",
        title="Verktøyet er sendt",
        sent_to="Sendt til {name}",
        explained="Pasienten får varsel, og finner verktøyet på Helsenorge.",
        note_title="Notat til journalen",
        note_advice="Det anbefales å lagre dette i pasientjournalen.",
        copy="Kopier",
        copied="Notatet er kopiert.",
        copy_failed="Merk teksten og kopier den selv.",
        other_patient="Dette gjelder en annen pasient enn den du har valgt nå.",
        state="Status",
        sent_at="Sendt",
        sent_by="Sendt av",
        for_organisation="Virksomhet",
        deadline="Frist",
        opened_at="Åpnet",
        message="Hilsen til pasienten",
        ended_at="Avsluttet",
        reason="Begrunnelse",
        closing_note="Notat om avslutningen",
        revoke_title="Trekk tilbake",
        revoke_explained="Pasienten mister verktøyet, og får beskjed om det.",
        revoke_reason="Begrunnelse",
        revoke_reason_hint="Til journalen. Pasienten får ikke lese den.",
        revoke_reason_missing="Skriv hvorfor verktøyet trekkes tilbake.",
        revoke_why="Det pasienten får vite",
        by_mistake="Sendt ved en feil",
        replaced="Erstattet av noe annet",
        no_longer_needed="Ikke lenger nødvendig",
        other="Annet",
        revoke="Trekk tilbake",
        states=States(
            active="Sendt, ikke åpnet",
            opened="Tatt i bruk",
            ended="Avsluttet",
            revoked="Trukket tilbake",
            removed="Slettet av pasienten",
            expired="Fristen gikk ut",
            stopped="Verktøyet er stoppet",
        ),
        send_more="Send et verktøy til",
    ),
    nn=Sent(
        list_title="Sende verktøy",
        list_explained="Det verksemda di har sendt til denne pasienten.",
        list_empty="Verksemda di har ikkje sendt noko til denne pasienten.",
        title="Verktøyet er sendt",
        sent_to="Sendt til {name}",
        explained="Pasienten får varsel, og finn verktøyet på Helsenorge.",
        note_title="Notat til journalen",
        note_advice="Vi rår til å lagre dette i pasientjournalen.",
        copy="Kopier",
        copied="Notatet er kopiert.",
        copy_failed="Merk teksten og kopier han sjølv.",
        other_patient="Dette gjeld ein annan pasient enn den du har valt no.",
        state="Status",
        sent_at="Sendt",
        sent_by="Sendt av",
        for_organisation="Verksemd",
        deadline="Frist",
        opened_at="Opna",
        message="Helsing til pasienten",
        ended_at="Avslutta",
        reason="Grunngiving",
        closing_note="Notat om avslutninga",
        revoke_title="Trekk tilbake",
        revoke_explained="Pasienten mistar verktøyet, og får beskjed om det.",
        revoke_reason="Grunngiving",
        revoke_reason_hint="Til journalen. Pasienten får ikkje lese henne.",
        revoke_reason_missing="Skriv kvifor verktøyet blir trekt tilbake.",
        revoke_why="Det pasienten får vite",
        by_mistake="Sendt ved ein feil",
        replaced="Erstatta av noko anna",
        no_longer_needed="Ikkje lenger nødvendig",
        other="Anna",
        revoke="Trekk tilbake",
        states=States(
            active="Sendt, ikkje opna",
            opened="Teke i bruk",
            ended="Avslutta",
            revoked="Trekt tilbake",
            removed="Sletta av pasienten",
            expired="Fristen gjekk ut",
            stopped="Verktøyet er stoppa",
        ),
        send_more="Send eit verktøy til",
    ),
    en=Sent(
        list_title="Sent tools",
        list_explained="What your organisation has sent to this patient.",
        list_empty="Your organisation has not sent anything to this patient.",
        title="The tool has been sent",
        sent_to="Sent to {name}",
        explained="The patient is notified, and finds the tool on Helsenorge.",
        note_title="Note for the record",
        note_advice="We recommend saving this in the patient's record.",
        copy="Copy",
        copied="The note is copied.",
        copy_failed="Select the text and copy it yourself.",
        other_patient="This is about another patient than the one you have chosen now.",
        state="Status",
        sent_at="Sent",
        sent_by="Sent by",
        for_organisation="Organisation",
        deadline="Deadline",
        opened_at="Opened",
        message="Greeting to the patient",
        ended_at="Ended",
        reason="Reason",
        closing_note="Note about the ending",
        revoke_title="Revoke",
        revoke_explained="The patient loses the tool, and is told so.",
        revoke_reason="Reason",
        revoke_reason_hint="For the record. The patient does not read it.",
        revoke_reason_missing="Enter why the tool is revoked.",
        revoke_why="What the patient is told",
        by_mistake="Sent by mistake",
        replaced="Replaced by something else",
        no_longer_needed="No longer needed",
        other="Other",
        revoke="Revoke",
        states=States(
            active="Sent, not opened",
            opened="In use",
            ended="Ended",
            revoked="Revoked",
            removed="Deleted by the patient",
            expired="The deadline passed",
            stopped="The tool is stopped",
        ),
        send_more="Send another tool",
    ),
)
