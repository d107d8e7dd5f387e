"""What is kept: every query is a function here that takes the connection first."""
