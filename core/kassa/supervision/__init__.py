"""A register's process and the one that watches over it: what is frozen or has crashed is started again."""
