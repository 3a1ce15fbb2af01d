"""Plugins from wheels: allowed, chosen for registers, resolved into one locked set for each, signed."""
