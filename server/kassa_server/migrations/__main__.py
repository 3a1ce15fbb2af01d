"""Writes the next migration: ``python -m kassa_server.migrations "what changed"``."""

from __future__ import annotations

import sys
import tempfile

from alembic import command
from alembic.script import ScriptDirectory

from kassa.schema.engine import make_engine
from kassa_server.migrate import configuration, upgrade


def main(message: str) -> None:
    """Migrate an empty database as far as there are migrations, and write the one that is missing."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/channel.db")
        upgrade(engine)
        with engine.begin() as connection:
            made = configuration(connection)
            scripts = ScriptDirectory.from_config(made)
            number = len(list(scripts.walk_revisions())) + 1
            command.revision(made, message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
