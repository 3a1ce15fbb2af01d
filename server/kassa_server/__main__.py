"""``python -m kassa_server``: the same as ``kassa server``, without looking for other commands first."""

from kassa_server.cli import server

server(prog_name="kassa server")
