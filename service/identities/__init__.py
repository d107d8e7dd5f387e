"""Identities: the catalogue, merge, split, undo, conflicts."""
