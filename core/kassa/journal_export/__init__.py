"""The journal in forms that others read: XML in the style of POSLog 6, and CSV (docs/journal-export.md)."""
