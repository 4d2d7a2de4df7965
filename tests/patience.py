"""How long tests wait for what must come: longer than the slowest machine may need.

Where it comes, a test goes on at once, so that patience costs nothing. How fast it comes is
measured by `./run bench`, never by a test.
"""

import time
from collections.abc import Callable

PATIENCE = 90.0  # seconds
PATIENCE_MS = 1000 * PATIENCE


def wait(
    wish: Callable[[], object],
    *,
    within: float = PATIENCE,
    said: Callable[[], str] = lambda: "",
) -> float:
    """Wait for a wish to come true; returns the seconds it took."""
    begun = time.monotonic()
    while not wish():
        assert time.monotonic() - begun < within, f"not within {within} s: {said()}"
        time.sleep(0.005)
    return time.monotonic() - begun
