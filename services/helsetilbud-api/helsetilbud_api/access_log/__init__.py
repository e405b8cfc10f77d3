"""The access log: who at a GP's office has named a citizen by number, for the citizen to read (P13)."""
