"""Customers' numbers: from headquarters' series, and what goes on under a number that is not in use any more.

A register numbers a customer that it adds by itself. Headquarters gives the number that stays and keeps the register's
as a former one; what had been posted under that one follows, and what comes later is posted under the number that the
customer has now. A customer who was merged with another is found, and sold to, in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, insert, select, update

from kassa.schema.master import former_customer_number
from kassa.schema.rules import LARGEST_IN
from kassa_server.schema import row_counter, sales_transaction

LONGEST_SERIES = 18


def next_number(connection: Connection, series: str, *, after: int = 0) -> int:
    """The next number of a series, from 1 and above ``after``; others wait for it to the end of the transaction, and it
    is given again if that is rolled back.

    :raises ValueError: the series' name is longer than 18 letters.
    """
    if len(series) > LONGEST_SERIES:
        raise ValueError(f"a number series has at most {LONGEST_SERIES} letters: {series}")
    mine = row_counter.c.name == f"#{series}"
    if not connection.execute(update(row_counter).where(mine).values(value=row_counter.c.value + 1)).rowcount:
        connection.execute(insert(row_counter).values(name=f"#{series}", value=1))
    if after:
        connection.execute(update(row_counter).where(mine, row_counter.c.value <= after).values(value=after + 1))
    return int(connection.execute(select(row_counter.c.value).where(mine)).scalar_one())


def numbers_now(connection: Connection, numbers: Collection[str]) -> Mapping[str, str]:
    """Of these numbers those that are not in use any more, with those that their customers have now."""
    former = former_customer_number.c
    found: dict[str, str] = {}
    asked = sorted(numbers)
    for start in range(0, len(asked), LARGEST_IN):
        wanted = former.former_number.in_(asked[start : start + LARGEST_IN])
        found |= {row[0]: row[1] for row in connection.execute(select(*former).where(wanted))}
    return found


def follow_number(connection: Connection, former: str, number: str) -> int:
    """Post under ``number`` what was posted under a former number; how many sales."""
    mine = sales_transaction.c.customer_number == former
    return connection.execute(update(sales_transaction).where(mine).values(customer_number=number)).rowcount


def follow_numbers(connection: Connection) -> int:
    """The same for every former number that is known here: after packages have brought some."""
    former, sale = former_customer_number.c, sales_transaction.c.customer_number
    number = select(former.customer_number).where(former.former_number == sale).scalar_subquery()
    sold_under = sale.in_(select(former.former_number))
    return connection.execute(update(sales_transaction).where(sold_under).values(customer_number=number)).rowcount
