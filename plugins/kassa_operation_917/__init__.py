"""Operation 917: the connection status window and its button."""
