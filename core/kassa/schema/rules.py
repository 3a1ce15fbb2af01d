"""Limits that hold on every database engine (spec of databases, measured)."""

LARGEST_IN = 1000
"""Values in one ``IN``: SQL Server stops at 2,100 parameters."""
