"""The test kit: what partners' tests and our own are made with.

``shop``
    a real store server, the network before it and registers in temporary folders.
``server``, ``store``
    the store server, in process or as a process, with a small store prepared.
``network``
    a TCP proxy that refuses, freezes, drips, drops answers, answers 503, is slow.
``clock``
    time that passes when the test says so.
``receipt_printer``
    a printer on the network that takes ESC/POS, tells its state and dies when told.
``till``
    a register as a process that can be killed at any journal write, and comes back.
``forked_till``
    the same, started in no time.
``states``
    ``each_connection_state``: one test online, offline, slow, switched in the middle, killed and come back.
``pytest_plugin``
    the fixtures ``make_shop``, ``shop``, ``register`` and ``till``.
"""
