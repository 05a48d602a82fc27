"""Vendors that answer badly: each check broken in turn, singly and in pairs, and what comes of it in the end."""
