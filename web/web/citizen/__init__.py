"""What a citizen sees: events, tools, and what they have agreed to."""
