"""Whether somebody may use a citizen's tools this moment, by reference, for our own services."""
