"""Archive runs: what they add to the catalogue, and the pages that show them."""
