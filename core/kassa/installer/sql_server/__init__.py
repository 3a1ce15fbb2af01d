"""SQL Server for a register: an instance on this machine found, or Express installed with consent, and prepared.

What is particular to a machine (the registry, the installer, ports) is behind :class:`Machine`. No part of this has
been run on Windows or with a real SQL Server: the tests run it on machines that are written down, and compare the
commands with Microsoft's documentation.
"""

from kassa.installer.sql_server.express import InstallationPlan, installation_plan
from kassa.installer.sql_server.machine import Instance, Machine, this_machine
from kassa.installer.sql_server.preparing import prepare, set_up

__all__ = [
    "InstallationPlan",
    "Instance",
    "Machine",
    "installation_plan",
    "prepare",
    "set_up",
    "this_machine",
]
