"""Reviews of pairs by observers."""
