"""HTTP service, catalogue and web UI over `reid`."""
