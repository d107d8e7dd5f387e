"""What is tried on the data, one question a module."""
