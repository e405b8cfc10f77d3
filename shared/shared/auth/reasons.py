"""Why a token, a proof or a caller was refused: the member `reason` of the problem document, and its text.

The English text is also the `error_description` of WWW-Authenticate, so it is plain ASCII without quotation marks.
No text holds anything that the caller sent.
"""

from typing import Final

from shared.language import Text


def _text(nb: str, nn: str, en: str) -> Text:
    return {"nb": nb, "nn": nn, "en": en}


TOKEN: Final[dict[str, Text]] = {
    "malformed": _text("Tokenet kan ikke leses.", "Tokenet kan ikkje lesast.", "The access token cannot be read."),
    "type": _text(
        "Tokenet er ikke av typen at+jwt eller JWT.",
        "Tokenet er ikkje av typen at+jwt eller JWT.",
        "The access token is not of the type at+jwt or JWT.",
    ),
    "algorithm": _text(
        "Tokenet er ikke signert med RS256.",
        "Tokenet er ikkje signert med RS256.",
        "The access token is not signed with RS256.",
    ),
    "key": _text(
        "Tokenet er ikke signert med en av utstederens nøkler.",
        "Tokenet er ikkje signert med ein av nøklane til utferdaren.",
        "The access token names no key of the issuer.",
    ),
    "signature": _text(
        "Signaturen på tokenet stemmer ikke.",
        "Signaturen på tokenet stemmer ikkje.",
        "The signature of the access token is wrong.",
    ),
    "issuer": _text(
        "Tokenet er fra en annen utsteder.",
        "Tokenet er frå ein annan utferdar.",
        "The access token has another issuer.",
    ),
    "audience": _text(
        "Tokenet er ment for en annen tjeneste.",
        "Tokenet er meint for ei anna teneste.",
        "The access token is meant for another audience.",
    ),
    "lifetime": _text(
        "Tokenet sier ikke når det utløper.",
        "Tokenet seier ikkje når det går ut.",
        "The access token lacks a readable exp, nbf or iat.",
    ),
    "not-yet-valid": _text(
        "Tokenet gjelder ikke ennå.", "Tokenet gjeld ikkje enno.", "The access token is not valid yet."
    ),
    "binding": _text(
        "Tokenet er ikke bundet til en nøkkel (cnf.jkt).",
        "Tokenet er ikkje bunde til ein nøkkel (cnf.jkt).",
        "The access token is not bound to a key (cnf.jkt).",
    ),
    "bound": _text(
        "Tokenet er bundet til en nøkkel og kan ikke brukes som Bearer.",
        "Tokenet er bunde til ein nøkkel og kan ikkje brukast som Bearer.",
        "The access token is bound to a key and cannot be used as Bearer.",
    ),
    "claims": _text(
        "Et påkrevd felt i tokenet mangler eller har feil form.",
        "Eit påkravd felt i tokenet manglar eller har feil form.",
        "A claim of the access token is missing or malformed.",
    ),
    "national-id": _text(
        "Fødselsnummeret i tokenet godtas ikke.",
        "Fødselsnummeret i tokenet blir ikkje godteke.",
        "The national identity number in the access token is not accepted.",
    ),
    "representation": _text(
        "Representasjonen i tokenet er ikke fullstendig.",
        "Representasjonen i tokenet er ikkje fullstendig.",
        "The representation in the access token is incomplete.",
    ),
}

PROOF: Final[dict[str, Text]] = {
    "several": _text(
        "Forespørselen har mer enn ett DPoP-bevis.",
        "Førespurnaden har meir enn eitt DPoP-bevis.",
        "The request carries more than one DPoP proof.",
    ),
    "malformed": _text("DPoP-beviset kan ikke leses.", "DPoP-beviset kan ikkje lesast.", "The proof cannot be read."),
    "type": _text(
        "DPoP-beviset er ikke av typen dpop+jwt.",
        "DPoP-beviset er ikkje av typen dpop+jwt.",
        "The proof is not of the type dpop+jwt.",
    ),
    "algorithm": _text(
        "DPoP-beviset er signert med en algoritme som ikke godtas.",
        "DPoP-beviset er signert med ein algoritme som ikkje blir godteken.",
        "The algorithm of the proof is not accepted.",
    ),
    "jwk": _text(
        "DPoP-beviset mangler en brukbar offentlig nøkkel (jwk).",
        "DPoP-beviset manglar ein brukbar offentleg nøkkel (jwk).",
        "The proof lacks a usable public key (jwk) for its algorithm.",
    ),
    "private-key": _text(
        "DPoP-beviset inneholder en privat nøkkel. Nøkkelen er dermed avslørt og må byttes.",
        "DPoP-beviset inneheld ein privat nøkkel. Nøkkelen er dermed avslørt og må bytast.",
        "The proof holds a private key, which is thereby disclosed and must be replaced.",
    ),
    "thumbprint": _text(
        "DPoP-beviset er laget med en annen nøkkel enn den tokenet er bundet til.",
        "DPoP-beviset er laga med ein annan nøkkel enn den tokenet er bunde til.",
        "The key of the proof is not the one that the access token is bound to.",
    ),
    "signature": _text(
        "Signaturen på DPoP-beviset stemmer ikke.",
        "Signaturen på DPoP-beviset stemmer ikkje.",
        "The signature of the proof is wrong.",
    ),
    "htm": _text(
        "DPoP-beviset gjelder en annen HTTP-metode (htm).",
        "DPoP-beviset gjeld ein annan HTTP-metode (htm).",
        "The htm of the proof is not the method of the request.",
    ),
    "htu": _text(
        "DPoP-beviset gjelder en annen adresse (htu).",
        "DPoP-beviset gjeld ei anna adresse (htu).",
        "The htu of the proof is not the address of the request without its query.",
    ),
    "ath": _text(
        "DPoP-beviset gjelder et annet token (ath).",
        "DPoP-beviset gjeld eit anna token (ath).",
        "The ath of the proof is not the hash of the access token.",
    ),
    "jti": _text(
        "DPoP-beviset mangler en brukbar jti.",
        "DPoP-beviset manglar ein brukbar jti.",
        "The proof lacks a jti of 1 to 256 characters.",
    ),
    "iat": _text(
        "DPoP-beviset sier ikke når det er laget (iat).",
        "DPoP-beviset seier ikkje når det er laga (iat).",
        "The proof lacks a readable iat.",
    ),
    "iat-past": _text("DPoP-beviset er for gammelt.", "DPoP-beviset er for gammalt.", "The proof is too old."),
    "iat-future": _text(
        "DPoP-beviset er laget i framtiden. Sjekk klokken.",
        "DPoP-beviset er laga i framtida. Sjekk klokka.",
        "The proof was issued in the future. Check the clock.",
    ),
}

CALLER: Final[dict[str, Text]] = {
    "person-missing": _text(
        "Bare en innlogget person kan gjøre dette.",
        "Berre ein innlogga person kan gjere dette.",
        "Only a person who is logged in may do this.",
    ),
    "person-present": _text(
        "Bare et system uten innlogget person kan gjøre dette.",
        "Berre eit system utan innlogga person kan gjere dette.",
        "Only a system without a logged-in person may do this.",
    ),
    "organisation-missing": _text(
        "Tokenet sier ikke hvilken virksomhet det gjelder (orgnr_parent).",
        "Tokenet seier ikkje kva verksemd det gjeld (orgnr_parent).",
        "The access token does not name the organisation (orgnr_parent).",
    ),
}
