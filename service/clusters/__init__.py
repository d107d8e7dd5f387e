"""All encounters sorted into animals, and the pairs most worth a decision."""
