"""The learning service: owns the collection `learning_paths`, and writes, checks and keeps learning paths.

It reads resumes from the resume service through its client, never from its collection.
"""
