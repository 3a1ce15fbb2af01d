"""What the window was made with stays: the garbage collector need not look through it again and again.

A look through all that a register and its window hold takes a tenth of a second, in which nothing is drawn.
"""

from __future__ import annotations

import gc

AFTER_S = 1.0
"""When the window has been up so long, all is loaded, and nobody has begun to sell."""


def settle() -> None:
    """For a process that is nothing but a register with its window. How often the collector looks at what is new stays
    as it is: sales leave circles behind that hold textures."""
    gc.collect()
    gc.freeze()
