"""Who may do what: every operation of every service asked by every kind of caller, and the answers as a table."""
