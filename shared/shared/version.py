"""The version of packages and contracts: the one place that says it. `make release` changes it."""

__version__ = "1.0.0"
