"""Printers: each takes the bytes of a document, and says how it is."""
