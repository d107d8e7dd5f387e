"""A first density on board: estimated in the background, kept in a file, shown on a page."""
