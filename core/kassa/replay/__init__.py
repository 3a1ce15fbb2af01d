"""Real trading days, played through a register while its store server fails; then every penny is counted.

The rules by which a file of invoice lines becomes a shop's day, each stated where it is kept:

``rows``
    reading the file: strict, every error names line and column.
``invoices``
    rows to sales: which rows are no sale, and why. A ``C`` invoice's rows come back as returns.
``catalogue``
    items, their prices, their in-store barcodes (EAN-13, prefix 29), customers.
``paying``
    how each sale is paid: by card, in cash, in parts, with more than is due.
``faults``
    what fails, and when: a plan that is printed before it is played.
``stage``, ``player``
    store server, network and register as processes; the cashier at the register.
``books``, ``reconciliation``
    file, journal and channel database, read each by itself and compared to the penny.
``report``, ``cli``
    what a person reads: ``kassa replay`` and ``kassa demo``.

It stands in the core, beside the test kit whose parts it uses, and knows no plugin, no screen and no server.
"""
