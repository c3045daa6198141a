"""How much waits for a person behind an entry of the menu. A face tells it for its own pages (``apps.ready``)."""

from collections.abc import Callable

# By the name of the address.
COUNTS: dict[str, Callable[[], int]] = {}
