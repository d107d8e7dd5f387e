"""What several people say of a pair, and how well they agree."""
