"""The embedded broker: kombu's directory of messages, made safe for writers and readers at the same moment."""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A message appears in the directory whole: kombu's own shows it empty first, which ends a worker that looks."""

    # The stubs of the two base classes name the second argument differently.
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        directory = Path(self.data_folder_out)
        name = f"{time.monotonic_ns():020}_{uuid.uuid4()}"
        # Readers take names by what follows the first dot, so they pass over this one.
        unfinished = directory / f"{name}.writing"
        unfinished.write_text(dumps(message))
        unfinished.rename(directory / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """kombu's transport with our channel; Celery finds it under ``filesystem://``."""

    Channel = Channel

    @property
    def default_connection_params(self) -> dict[str, Any]:
        """Nothing: a directory has no host, and kombu would warn at every command that it supposes one."""
        return {}
