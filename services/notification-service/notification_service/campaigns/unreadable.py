"""What is wrong with a line of a list of recipients, in words. Nothing of the line is in them."""

from typing import Final

from shared.language import Text

QUOTE_OPEN: Final[Text] = {
    "nb": "Et anførselstegn mangler, eller det står tekst etter det siste i feltet.",
    "nn": "Eit hermeteikn manglar, eller det står tekst etter det siste i feltet.",
    "en": "A quotation mark is missing, or there is text behind the last one of the field.",
}
ENCODING_UNKNOWN: Final[Text] = {
    "nb": "Tegnene kan ikke leses sikkert. Lagre filen som CSV i UTF-8.",
    "nn": "Teikna kan ikkje lesast sikkert. Lagre fila som CSV i UTF-8.",
    "en": "The characters cannot be read with certainty. Save the file as CSV in UTF-8.",
}
LINE_TOO_LONG: Final[Text] = {
    "nb": "Linjen er lengre enn 1000 byte.",
    "nn": "Linja er lengre enn 1000 byte.",
    "en": "The line is longer than 1000 bytes.",
}
COLUMN_NAMELESS: Final[Text] = {
    "nb": "Det står en verdi her, men kolonnen har ikke noe navn i overskriften.",
    "nn": "Det står ein verdi her, men kolonnen har ikkje noko namn i overskrifta.",
    "en": "There is a value here, but the column has no name in the header.",
}
NO_JSON_OBJECT: Final[Text] = {
    "nb": "Linjen er ikke et JSON-objekt.",
    "nn": "Linja er ikkje eit JSON-objekt.",
    "en": "The line is no JSON object.",
}
MEMBER_UNKNOWN: Final[Text] = {
    "nb": "Objektet kan bare ha feltene nationalId og reference.",
    "nn": "Objektet kan berre ha felta nationalId og reference.",
    "en": "The object may only have the members nationalId and reference.",
}
NUMBER_NO_TEXT: Final[Text] = {
    "nb": "Feltet nationalId må være med, som tekst.",
    "nn": "Feltet nationalId må vere med, som tekst.",
    "en": "The member nationalId is needed, as text.",
}
DIGITS_LOST: Final[Text] = {
    "nb": "Regnearket har gjort nummeret om til et tall, så en null foran er borte. Gjør kolonnen om til tekst.",
    "nn": "Reknearket har gjort nummeret om til eit tal, så ein null framme er borte. Gjer kolonnen om til tekst.",
    "en": "The spreadsheet has taken the number for an amount, so that a zero in front is gone. Make the column text.",
}
REFERENCE_INVALID: Final[Text] = {
    "nb": "Referansen kan ha høyst 100 tegn, ingen linjeskift, og ikke noe fødselsnummer eller D-nummer.",
    "nn": "Referansen kan ha høgst 100 teikn, ingen linjeskift, og ikkje noko fødselsnummer eller D-nummer.",
    "en": "The reference has at most 100 characters, no line breaks and no national identity number.",
}


class BadLine(Exception):
    """`code` says what is wrong, `detail` in words; `column` is where, the first is 1, None for the line as a whole."""

    def __init__(self, code: str, detail: Text, column: int | None = None) -> None:
        super().__init__(code)
        self.code, self.detail, self.column = code, detail, column
