"""From a crop to its embedding and its local features."""
