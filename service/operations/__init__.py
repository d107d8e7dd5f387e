"""What runs the service: worker, supervisor, commands, demo."""
