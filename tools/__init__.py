"""What the Makefile calls: one module per target, none of it part of a service."""
