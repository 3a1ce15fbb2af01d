"""What can be wrong with a package or a list. The register goes on selling on the data it has.

::

    KassaError
    └── PackageError
        ├── PackageDamaged        it is not what was signed, or does not read as a package
        ├── PackageRefused        it contradicts the database: a constraint, a table or a column
        ├── PackageOutOfOrder     it begins after where the database stands
        ├── PackageFromTheFuture  it was made for a newer version of Kassa
        └── ListNotTrusted        the list is not headquarters' word: key, signature or scope
            └── ListIsOlder       its number is lower than one that was had before
"""

from __future__ import annotations

from kassa.errors import KassaError
from kassa.text import Text, texts

_, n_ = texts("kassa")
DATA_KEPT = _("The register goes on selling on the data it has.")
CALL = _("Call support: headquarters sees it under sessions.")


class PackageError(KassaError):
    """A package or list that is not applied."""

    code = "package_error"

    def __init__(self, what: Text, *, where: str = "", hint: Text | None = CALL) -> None:
        super().__init__(what, kept=DATA_KEPT, hint=hint, where=where)


class PackageDamaged(PackageError):
    """A package that is not what was signed, or does not read as one. Fetching it again may help."""

    code = "package_damaged"
    retryable = True


class PackageRefused(PackageError):
    """A package that contradicts the database."""

    code = "package_refused"


class PackageOutOfOrder(PackageError):
    """A delta that begins after where the database stands: one before it is missing."""

    code = "package_out_of_order"


class PackageFromTheFuture(PackageError):
    """A package that needs a newer version of Kassa."""

    code = "package_from_the_future"


class ListNotTrusted(PackageError):
    """A list of packages, or a set of keys, that is not headquarters' word."""

    code = "list_not_trusted"


class ListIsOlder(ListNotTrusted):
    """A list whose number is lower than that of one that was had before."""

    code = "list_is_older"


def from_the_future(where: str) -> PackageFromTheFuture:
    """The error for packages that need a newer Kassa."""
    return PackageFromTheFuture(
        _("The data is for a newer version of Kassa and waits until this register is updated."),
        hint=_("Have the register updated."),
        where=where,
    )
