"""Who has looked up what was sent to a citizen, for the citizen to read (P13)."""
