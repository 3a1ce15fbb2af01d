"""Data packages: how master data travels from headquarters to channel and offline databases.

Headquarters writes and signs them, the store server hands them on, store server and synchronisation library verify
and apply them with the same code.

========== ==========================================================================================
room       holds
========== ==========================================================================================
manifest   what a package says of itself, and its batches: the format
choosing   which package a table group takes next
listing    the signed list of what there is, and the headquarters keys that sign it
========== ==========================================================================================
"""
