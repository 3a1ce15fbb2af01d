"""The operations that this plugin declares.

None needs a permission: nobody is logged on before log on, and a locked till takes only what needs none.
"""

from __future__ import annotations

from kassa.operations import Lane, Operation, Place
from kassa.text import texts
from kassa_staff import at_the_till, locking

_, n_ = texts("kassa_staff")

OPERATIONS: tuple[Operation, ...] = (
    Operation(700, _("Log on"), at_the_till.log_on, at_the_till.LogOnParameters, frozenset(Place), permission=None),
    Operation(701, _("Log off"), at_the_till.log_off, permission=None),
    Operation(703, _("Lock register"), locking.lock, locking.LockParameters, permission=None, lane=Lane.CONTROL),
)
