"""The kit that partners' tests and ours use."""
