"""Measured promises: ``python -m benchmarks`` runs every use case, prints a table and writes ``RESULTS.md``.

One module per use case, each beside the limit it is held to, in the same run: a bare SQLite look-up or commit of the
same bytes on the same disk, the offline profile's timeout, or a number of seconds. Read the ratios; the milliseconds
belong to the machine.
"""
