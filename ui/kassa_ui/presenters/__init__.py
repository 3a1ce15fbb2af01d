"""The screen without a screen: from the register's view to what is drawn, and from taps and keys to operations.

Nothing here knows Kivy. Everything runs on one thread, the screen's; what the register finishes elsewhere arrives
through the ``post`` that a presenter is given.
"""
