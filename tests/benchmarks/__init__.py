"""`make bench-llm`: the provider library against its peers, in one run on one machine."""
