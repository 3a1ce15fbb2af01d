"""Log on, log off and the permissions of staff."""
