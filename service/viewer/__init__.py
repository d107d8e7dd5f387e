"""Two photos side by side, laid over each other, with marks."""
