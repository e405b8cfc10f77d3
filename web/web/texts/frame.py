"""Words that stand on every page, and on those that tell that something went wrong."""

from dataclasses import dataclass

from web.texts.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    skip_to_content: str
    menu: str
    languages: str
    sign_in: str
    sign_out: str
    signed_in_as: str
    close: str
    try_again: str
    to_start: str
    error_summary: str
    invented: str
    idle_title: str
    idle_text: str
    idle_stay: str
    over_title: str
    over_text: str
    over_kept: str
    sign_in_failed_title: str
    sign_in_failed_text: str
    sign_in_stopped_text: str
    sign_in_away_title: str
    sign_in_away_text: str
    signed_out_title: str
    signed_out_text: str
    signing_out_title: str
    go_on: str
    not_found_title: str
    not_found_text: str
    away_title: str
    away_text: str
    refused_title: str
    form_title: str
    form_text: str
    wrong_title: str
    wrong_text: str
    reference: str
    acting_for: str
    acting_parent: str
    acting_attorney: str
    acting_stop: str


COMMON = Texts(
    nb=Common(
        skip_to_content="Hopp til innholdet",
        menu="Meny",
        languages="Språk",
        sign_in="Logg inn",
        sign_out="Logg ut",
        signed_in_as="Logget inn som",
        close="Lukk",
        try_again="Prøv igjen",
        to_start="Til forsiden",
        error_summary="Dette må rettes",
        invented="Alle personer, verktøy og virksomheter her er oppdiktet.",
        idle_title="Du blir snart logget ut",
        idle_text="Det er lenge siden du gjorde noe her. Om to minutter blir du logget ut.",
        idle_stay="Fortsett",
        over_title="Du er logget ut",
        over_text="Det gikk for lang tid uten at du gjorde noe her. Ingenting er sendt. Logg inn for å fortsette.",
        over_kept="Teksten du skrev, er tatt vare på og står der når du har logget inn igjen.",
        sign_in_failed_title="Innloggingen ble ikke fullført",
        sign_in_failed_text="Den kan ha tatt for lang tid, eller være åpnet i en annen nettleser. Prøv igjen.",
        sign_in_stopped_text="Innloggingen ble avbrutt. Du er ikke logget inn.",
        sign_in_away_title="Innloggingen svarer ikke",
        sign_in_away_text="Vi får ikke kontakt med innloggingstjenesten akkurat nå. Prøv igjen om litt.",
        signed_out_title="Du er logget ut",
        signed_out_text="Lukk nettleseren hvis andre bruker denne maskinen.",
        signing_out_title="Logger ut",
        go_on="Gå videre",
        not_found_title="Siden finnes ikke",
        not_found_text="Adressen kan være skrevet feil, eller siden kan være flyttet.",
        away_title="Tjenesten svarer ikke",
        away_text="Noe vi trenger, er ikke tilgjengelig akkurat nå. Prøv igjen om litt.",
        refused_title="Det gikk ikke",
        form_title="Skjemaet kunne ikke tas imot",
        form_text="Ingenting er sendt. Gå tilbake, last siden på nytt og prøv igjen.",
        wrong_title="Noe gikk galt",
        wrong_text="Feilen er på vår side. Prøv igjen om litt.",
        reference="Referanse",
        acting_for="Du handler på vegne av",
        acting_parent="Du ser det en forelder kan se. Fra fylte 12 år er mer av det barnets eget.",
        acting_attorney="Du ser og gjør det fullmakten gjelder for. Noen verktøy kan ikke åpnes på vegne av andre.",
        acting_stop="Bytt person",
    ),
    nn=Common(
        skip_to_content="Hopp til innhaldet",
        menu="Meny",
        languages="Språk",
        sign_in="Logg inn",
        sign_out="Logg ut",
        signed_in_as="Logga inn som",
        close="Lukk",
        try_again="Prøv igjen",
        to_start="Til framsida",
        error_summary="Dette må rettast",
        invented="Alle personar, verktøy og verksemder her er oppdikta.",
        idle_title="Du blir snart logga ut",
        idle_text="Det er lenge sidan du gjorde noko her. Om to minutt blir du logga ut.",
        idle_stay="Hald fram",
        over_title="Du er logga ut",
        over_text="Det gjekk for lang tid utan at du gjorde noko her. Ingenting er sendt. Logg inn for å halde fram.",
        over_kept="Teksten du skreiv, er teken vare på og står der når du har logga inn igjen.",
        sign_in_failed_title="Innlogginga vart ikkje fullført",
        sign_in_failed_text="Ho kan ha teke for lang tid, eller vere opna i ein annan nettlesar. Prøv igjen.",
        sign_in_stopped_text="Innlogginga vart avbroten. Du er ikkje logga inn.",
        sign_in_away_title="Innlogginga svarer ikkje",
        sign_in_away_text="Vi får ikkje kontakt med innloggingstenesta akkurat no. Prøv igjen om litt.",
        signed_out_title="Du er logga ut",
        signed_out_text="Lukk nettlesaren om andre bruker denne maskina.",
        signing_out_title="Loggar ut",
        go_on="Gå vidare",
        not_found_title="Sida finst ikkje",
        not_found_text="Adressa kan vere skriven feil, eller sida kan vere flytta.",
        away_title="Tenesta svarer ikkje",
        away_text="Noko vi treng, er ikkje tilgjengeleg akkurat no. Prøv igjen om litt.",
        refused_title="Det gjekk ikkje",
        form_title="Skjemaet kunne ikkje takast imot",
        form_text="Ingenting er sendt. Gå tilbake, last sida på nytt og prøv igjen.",
        wrong_title="Noko gjekk gale",
        wrong_text="Feilen er på vår side. Prøv igjen om litt.",
        reference="Referanse",
        acting_for="Du handlar på vegner av",
        acting_parent="Du ser det ein forelder kan sjå. Frå fylte 12 år er meir av det barnet sitt eige.",
        acting_attorney="Du ser og gjer det fullmakta gjeld for. Nokre verktøy kan ikkje opnast på vegner av andre.",
        acting_stop="Byt person",
    ),
    en=Common(
        skip_to_content="Skip to content",
        menu="Menu",
        languages="Language",
        sign_in="Log in",
        sign_out="Log out",
        signed_in_as="Logged in as",
        close="Close",
        try_again="Try again",
        to_start="To the front page",
        error_summary="Please correct this",
        invented="Every person, tool and organisation here is invented.",
        idle_title="You will soon be logged out",
        idle_text="You have not done anything here for a while. You will be logged out in two minutes.",
        idle_stay="Continue",
        over_title="You are logged out",
        over_text="You had not done anything here for too long. Nothing was sent. Log in to continue.",
        over_kept="The text that you wrote is kept, and will be there when you have logged in again.",
        sign_in_failed_title="The login was not completed",
        sign_in_failed_text="It may have taken too long, or been opened in another browser. Please try again.",
        sign_in_stopped_text="The login was cancelled. You are not logged in.",
        sign_in_away_title="The login service does not answer",
        sign_in_away_text="We cannot reach the login service right now. Please try again in a moment.",
        signed_out_title="You are logged out",
        signed_out_text="Close the browser if others use this machine.",
        signing_out_title="Logging out",
        go_on="Continue",
        not_found_title="There is no such page",
        not_found_text="The address may be misspelt, or the page may have moved.",
        away_title="The service does not answer",
        away_text="Something that we need is not available right now. Please try again in a moment.",
        refused_title="That was not possible",
        form_title="The form could not be accepted",
        form_text="Nothing was sent. Go back, reload the page and try again.",
        wrong_title="Something went wrong",
        wrong_text="The fault is ours. Please try again in a moment.",
        reference="Reference",
        acting_for="You are acting for",
        acting_parent="You see what a parent may see. From the age of 12, more of it is the child's own.",
        acting_attorney="You see and do what the power of attorney covers. Some tools cannot be opened for others.",
        acting_stop="Change person",
    ),
)
