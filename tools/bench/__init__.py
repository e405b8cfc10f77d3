"""`make bench`: our speed beside its floors, measured in one run on the same machine.

A floor is the least that could be done by the same tools: what is above it is our doing. Ratios carry over to other
machines; requests per second do not, because load generator, servers, PostgreSQL and broker share the processors.
"""
