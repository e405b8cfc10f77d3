"""What is said to a supplier whose tool cannot be published as it is (K1)."""

from typing import Final

from catalog_api.codes import code_lists
from shared.language import Text

NEEDED: Final[Text] = {
    "nb": "Verktøyet kan ikke publiseres uten dette.",
    "nn": "Verktøyet kan ikkje publiserast utan dette.",
    "en": "A tool cannot be published without this.",
}
CATEGORY_NEEDED: Final[Text] = {
    "nb": "Bruken av opplysninger må ha en kategori.",
    "nn": "Bruken av opplysningar må ha ein kategori.",
    "en": "The data use needs a category.",
}
APP_LINK_NEEDED: Final[Text] = {
    "nb": "Et verktøy som er en app, må ha lenke til minst én app.",
    "nn": "Eit verktøy som er ein app, må ha lenkje til minst éin app.",
    "en": "A tool that is an app needs a link to at least one app.",
}
LOGIN_NEEDED: Final[Text] = {
    "nb": "Et nettsted med felles pålogging krever innlogging.",
    "nn": "Ein nettstad med felles pålogging krev innlogging.",
    "en": "A web site with single sign-on requires login.",
}
NOT_HTTPS: Final[Text] = {
    "nb": "Dette er ikke en https-adresse.",
    "nn": "Dette er ikkje ei https-adresse.",
    "en": "This is no https address.",
}
ORGANISATIONS_NEEDED: Final[Text] = {
    "nb": "Et verktøy som ikke er nasjonalt, må si hvilke virksomheter det er for.",
    "nn": "Eit verktøy som ikkje er nasjonalt, må seie kva verksemder det er for.",
    "en": "A tool that is not national must name the organisations it is for.",
}
NOT_PRESCRIBABLE: Final[Text] = {
    "nb": "Et verktøy som må sendes av en behandler, må også kunne sendes.",
    "nn": "Eit verktøy som må sendast av ein behandlar, må òg kunne sendast.",
    "en": "A tool that must be prescribed can be prescribed.",
}
STATEMENT_NEEDED: Final[Text] = {
    "nb": "Når opplysninger lagres utenfor innbyggerens egen enhet, må det finnes en personvernerklæring.",
    "nn": "Når opplysningar blir lagra utanfor eininga til innbyggjaren, må det finnast ei personvernerklæring.",
    "en": "What is stored outside the citizen's device needs a privacy statement.",
}
REPEATED: Final[Text] = {
    "nb": "Dette står allerede på listen.",
    "nn": "Dette står alt på lista.",
    "en": "This is in the list already.",
}
_NEEDED_BY: Final[Text] = {
    "nb": "Denne adressen trengs når integrasjonsmåten er «{method}».",
    "nn": "Denne adressa trengst når integrasjonsmåten er «{method}».",
    "en": "The integration method “{method}” needs this address.",
}


def needed_by(method: str) -> Text:
    """`method` is a code of the list of integration methods."""
    [names] = [item.names for item in code_lists()["integration-methods"].items if item.code == method]
    return {language: text.format(method=names[language]) for language, text in _NEEDED_BY.items()}
