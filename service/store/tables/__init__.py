"""The tables, one module a group."""
