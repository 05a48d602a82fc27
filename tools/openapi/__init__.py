"""The OpenAPI documents and the catalogue of errors, made from the contracts and from the code that enforces them.

`python -m tools.openapi` writes them in place.
"""
