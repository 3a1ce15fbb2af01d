"""Transaction logic: lines, discounts, tax, rounding, tenders. Pure functions over :mod:`kassa.model`."""
