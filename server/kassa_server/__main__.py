"""``python -m kassa_server``: the same as ``kassa server``, without looking for other commands first."""

import typer

from kassa_server.cli import server

typer.run(server)
