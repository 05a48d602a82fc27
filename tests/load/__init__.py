"""Load by few means: HTTP/1.1 and native gRPC over plain sockets, so that the generator leaves the machine to others.

`requests.py` makes requests as bytes, `connection.py` sends them, `generator.py` drives many of them in a closed or an
open loop; `grpc.py` calls one method in a closed loop, `hpack.py` makes and reads its headers. `python -m tests.load`
does so in a process of its own.
"""
