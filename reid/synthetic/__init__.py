"""Procedural leopards: coats, bodies, camera views and whole surveys, deterministic by seed."""
