"""What partners make plugins with: ``kassa plugin new``, ``texts`` and ``check``."""
