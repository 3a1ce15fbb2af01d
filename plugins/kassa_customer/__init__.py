"""Finding, adding and attaching customers."""
