"""The store server and headquarters."""
