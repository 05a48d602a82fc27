"""Typed messages and clients of career-coach, made from the contracts by `make proto`."""
