"""What the services have in common. Knows no service."""
