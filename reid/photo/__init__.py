"""From bytes to an upright crop with a grade."""
