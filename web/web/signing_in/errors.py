"""What goes wrong between us and the issuer."""


class IssuerAway(Exception):
    """It does not answer, or not as an issuer does: to be tried again later."""


class SignInRefused(Exception):
    """It says no, or what it says does not hold: to be begun anew. `code` is OAuth's, or ours for an ID token."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
