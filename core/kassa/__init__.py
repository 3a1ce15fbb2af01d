"""Kassa: the core of a plugin-based point of sale."""
