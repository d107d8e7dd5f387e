"""Out of the catalogue and into it, as files."""
