"""What two annotations show of each other after registration."""
