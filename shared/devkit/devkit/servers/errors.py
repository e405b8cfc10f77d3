class ServerFailed(Exception):
    """A private server cannot be had, and the text says why and what to do."""
