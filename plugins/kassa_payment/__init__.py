"""Tenders and change: the operations that finish a sale."""
