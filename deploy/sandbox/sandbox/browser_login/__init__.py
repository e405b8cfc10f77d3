"""Logins in a browser, at both issuers: pushed authorization requests, a page to choose who one is, code, tokens.

RFC 6749, 7636 (PKCE), 8707 (resource), 9126 (PAR), 9207 (iss), 9449 (DPoP); OpenID Connect Core, RP-Initiated Logout.
"""
