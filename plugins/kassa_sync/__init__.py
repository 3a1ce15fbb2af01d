"""Data packages down to the register, transactions up to the store server."""
