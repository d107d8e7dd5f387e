"""The loaded network, the galleries and the answers to queries."""
