"""The access log: who has looked a citizen up or sent them something, for the citizen to read (P13)."""
