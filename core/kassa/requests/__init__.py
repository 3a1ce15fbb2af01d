"""The requests that come with the core, and their handlers."""
