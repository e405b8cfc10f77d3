"""The feature table: every promise that the platform keeps today, each walked over HTTP as those it is made to would.

`python -m tools.rows` (`make rows`) walks; with `--table` it writes docs/features.md instead.
"""
