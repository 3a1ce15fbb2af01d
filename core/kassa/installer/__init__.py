"""Installing a register: what ``kassa register install`` and ``kassa register replace`` do.

============== =========================================================================================
room           holds
============== =========================================================================================
plan           the offline database that the register is to have: looked at, claimed, created
database       asking a database server: is it there, may we, whose is it
install        a device becomes a register, with its offline database
replace        another device becomes it, or the same one anew; what waits is handed over
sql_server     SQL Server Express: found, installed with consent, prepared
============== =========================================================================================
"""
