"""Photos: upload, files, crops."""
