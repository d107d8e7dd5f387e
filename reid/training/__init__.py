"""Training of the rosette network on synthetic coats; nothing imports this package."""
