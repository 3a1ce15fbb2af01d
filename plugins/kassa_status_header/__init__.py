"""What the header of the register shows."""
