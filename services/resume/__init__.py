"""The resume service: owns the collection `resumes`, and the order in which a resume and what came of it are erased.

It derives nothing from a resume; services that do implement the erasure contract and keep their own collections.
"""
