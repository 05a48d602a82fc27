"""The interview service: owns the collection `interviews`, and writes, checks and keeps sets of interview questions.

It reads resumes from the resume service through its client, never from its collection.
"""
