"""A card terminal that exists only in memory, for demonstrations and tests."""
