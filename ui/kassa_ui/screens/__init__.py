"""The screens: each a module with its layout beside it."""
