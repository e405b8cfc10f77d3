"""The outside systems that prescribing asks, one module each."""
