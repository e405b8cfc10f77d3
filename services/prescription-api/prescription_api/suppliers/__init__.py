"""What a tool's supplier may ask: who has sent its own tool to a citizen who has started it (P11)."""
