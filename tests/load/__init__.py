"""Load by few means: HTTP/1.1 over plain sockets, so that the generator leaves the machine to what it measures.

`requests.py` makes requests as bytes, `connection.py` sends them, `generator.py` drives many of them in a closed or an
open loop, `python -m tests.load` does so in a process of its own.
"""
