"""A shop's day, replayed: the demonstration and the long tests."""
