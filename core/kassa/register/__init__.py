"""A register's session, from activation to log off."""
