"""Calls that nobody thought of: schemathesis makes them from the contracts, the running system answers."""
