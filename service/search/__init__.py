"""One field for everything: identities, encounters, photos, stations, cases and notes."""
