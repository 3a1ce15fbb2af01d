"""The way to the store server: requests out, answers back."""
