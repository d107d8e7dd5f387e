"""What was found, as tables, pages and plots."""
