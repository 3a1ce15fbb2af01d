"""How long, and for how much, a register may sell offline: a limit stops new sales, with manager override."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kassa.errors import NOTHING_LOST, NotAllowed
from kassa.text import Money, Number, texts
from kassa_offline_failover.rules import Link, Now

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_offline_failover")
_HINT = _("A manager can approve this sale. It ends when the store server answers again.")


def check_limits(link: Link, now: Now, register: RegisterFace) -> None:
    """Whether a new sale may start now.

    :raises NotAllowed: a limit of the offline profile is passed; a manager may override it.
    """
    profile, store = register.record.profile, register.record.store
    if link.online:
        return
    if link.too_long(now, profile):
        hours = Number(Decimal(str(profile.max_offline_hours)))
        what = _("The register has been offline for more than {hours} hours.", hours=hours)
        raise NotAllowed(what, kept=NOTHING_LOST, hint=_HINT, override=True)
    most = profile.max_offline_amount
    if most is not None and register.waiting().amount >= most:
        what = _("Sales for more than {amount} wait for delivery.", amount=Money(most, store.currency))
        raise NotAllowed(what, kept=NOTHING_LOST, hint=_HINT, override=True)
