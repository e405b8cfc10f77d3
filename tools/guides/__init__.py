"""`make guides`: the pages of docs/integrators that say what the code says, written from the code."""
