"""``kassa register install``: a device becomes a register, with its offline database."""

from __future__ import annotations

from pathlib import Path

from kassa.environment import Environment
from kassa.installer.plan import DatabasePlan
from kassa.model import RegisterRecord
from kassa.register.activation import activate
from kassa.trust import read_activation_code


def install(
    directory: Path,
    code: str,
    plan: DatabasePlan,
    *,
    environment: Environment | None = None,
    device_name: str = "",
) -> RegisterRecord:
    """Make the device a register in ``directory``, with the offline database that ``plan`` says.

    Cut off at any moment, or refused by the database, it is done by the same command again: the code is used once the
    database has been looked at, and stays this device's until everything is in place.

    :raises kassa.errors.SetupError: the database cannot be used; says why and what to do.
    :raises kassa.errors.KassaError: as :func:`kassa.register.activation.activate`.
    """
    read_activation_code(code)
    plan.check()
    return activate(directory, code, environment=environment, device_name=device_name, plan=plan)
