"""Organisations as practitioners find, choose and see them: by number, with their names (P2, P5)."""
