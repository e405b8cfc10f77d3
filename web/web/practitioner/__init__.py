"""Verktøyformidleren: a practitioner finds a patient, chooses a tool and sends it."""
