"""One worker process per library, each in an environment of its own; they share nothing but plain Python."""
