"""The connection state, and the gateway that falls back to the offline database."""
