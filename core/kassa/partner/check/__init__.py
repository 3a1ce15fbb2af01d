"""``kassa plugin check``: what a retailer wants to know of a wheel before it comes near a register."""
