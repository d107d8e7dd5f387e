"""Rules of the catalogue: changes of identities, contradictions, what of a pair may be known."""
