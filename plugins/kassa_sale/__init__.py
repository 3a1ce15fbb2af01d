"""Scanning and selling: the operations on the lines of a sale."""
