"""A folder of photos asked about, resumable."""
