"""What operators hope never to need, rehearsed on this machine: a lost node, an upgrade, a lost database.

Each rehearsal puts load on the real services, breaks or replaces something, and counts afterwards. Docs: scaling.md,
backup.md.
"""
