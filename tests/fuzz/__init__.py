"""Requests that nobody wrote, against the real gateway: made from the OpenAPI document, answers held against it.

`python -m tests.fuzz` sends at least 20,000 of them; `--cases` and `--seconds` make it shorter, `--seed` repeats a run.
"""
