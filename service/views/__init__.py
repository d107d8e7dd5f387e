"""What the pages show: view models built from the store, and nothing else."""
