"""The searchable view of the catalogue: FAISS a flank, and the shortlist."""
