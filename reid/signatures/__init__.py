"""Signatures: what a neighbour needs to compare animals, in a signed file without a photo."""
