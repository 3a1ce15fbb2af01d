"""The operations that this plugin declares.

Those of getting to the till and away need no permission: nobody is logged on before log on, and a locked till takes
only what needs none.
"""

from __future__ import annotations

from kassa.operations import Entry, Lane, Offline, Operation, Place
from kassa.text import texts
from kassa_staff import at_the_till, changing, locking, training

_, n_ = texts("kassa_staff")

OPERATIONS: tuple[Operation, ...] = (
    Operation(700, _("Log on"), at_the_till.log_on, at_the_till.LogOnParameters, frozenset(Place), permission=None),
    Operation(701, _("Log off"), at_the_till.log_off, permission=None),
    Operation(703, _("Lock register"), locking.lock, locking.LockParameters, permission=None, lane=Lane.CONTROL),
    Operation(
        704,
        _("Training mode"),
        training.train,
        places=frozenset({Place.WELCOME}),
        permission="manage",
        override=True,
        button=training.face,
    ),
    Operation(
        1215,
        _("Change password"),
        changing.change,
        changing.NewPin,
        offline=Offline.NO,
        offline_reason=_("PINs are changed at the store server"),
        entries=(
            Entry("pin", "pin", _("PIN as it is")),
            Entry("new_pin", "pin", _("New PIN")),
            Entry("again", "pin", _("New PIN once more")),
        ),
    ),
)
