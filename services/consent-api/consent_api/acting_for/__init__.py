"""Whom somebody may act for: children, by the person register, and those who have given a power of attorney."""
