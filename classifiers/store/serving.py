"""The serving model, held once per process: loaded in the background, exchanged when another version is promoted."""

import importlib
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections

from classifiers.store.models import ModelVersion

if TYPE_CHECKING:
    from classifiers.model import Model

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_CHECKS = 3.0
_SECONDS_BETWEEN_RETRIES = 0.2
_SECONDS_BEFORE_NEXT_TRY = 60.0


class NoModel(Exception):
    """No model could be had in time; the message says why."""


class Holder:
    """Holds one model in one process: that of the version row which bears the flag. Asking never blocks on loading;
    only ``require`` waits.
    """

    def __init__(self, flag: str = "is_serving") -> None:
        self._flag = flag
        self._lock = threading.Lock()
        self._model: Model | None = None
        self._loader: threading.Thread | None = None
        self._next_check = 0.0
        self._next_try: dict[str, float] = {}
        self._problem = "no model has been prepared"
        self._has_failed = False

    def current(self) -> "Model | None":
        """The model held now; now and then it looks whether another version serves and begins to load that."""
        now = time.monotonic()
        with self._lock:
            if now < self._next_check or self._is_loading():
                return self._model
            self._next_check = now + _SECONDS_BETWEEN_CHECKS
        self._look(now)
        return self._model

    def require(self, timeout: float) -> "Model":
        """The model, waiting for it so many seconds. Raises NoModel with the reason, and at once when the last loading
        failed: waiting would not mend the files.
        """
        until = time.monotonic() + timeout
        while (model := self.current()) is None:
            left = until - time.monotonic()
            if left <= 0 or (not self._is_loading() and self._has_failed):
                raise NoModel(self._problem)
            self.wait_for_loading(left)
            if not self._is_loading() and self._model is None:
                time.sleep(min(left, _SECONDS_BETWEEN_RETRIES))
        return model

    def wait_for_loading(self, timeout: float) -> None:
        """Waits until what is being loaded is loaded or has failed."""
        if self._loader is not None:
            self._loader.join(timeout)

    def problem(self) -> str | None:
        """Why there is no model, or why the one that should serve could not be loaded."""
        return self._problem or None

    def has_failed(self) -> bool:
        """Whether the last loading that came to an end has failed; a new try changes this only when it has ended."""
        return self._has_failed

    def is_without(self) -> bool:
        """Whether the model that should be held could not be loaded, and no earlier one is there either."""
        return self._has_failed and self._model is None

    def stand_in(self) -> str | None:
        """The version that is held in place of the one that should be and could not be loaded; None where none is."""
        return self._model.version if self._has_failed and self._model is not None else None

    def _look(self, now: float) -> None:
        try:
            row = ModelVersion.objects.filter(**{self._flag: True}).only("version", "path").first()
        except DatabaseError as error:
            self._problem = f"the serving version cannot be read: {error}"
            return
        if row is None:
            return
        with self._lock:
            if self._model is not None and self._model.version == row.version:
                # Another version may have failed meanwhile; the one that should serve is here.
                self._problem = ""
                return
            if self._is_loading() or now < self._next_try.get(row.version, 0.0):
                return
            self._next_try[row.version] = now + _SECONDS_BEFORE_NEXT_TRY
            self._problem = f"version {row.version} is being loaded"
            self._loader = threading.Thread(
                target=self._load, args=(row.directory,), name="model-loader", daemon=True
            )
            self._loader.start()

    def _is_loading(self) -> bool:
        return self._loader is not None and self._loader.is_alive()

    def _load(self, directory: Path) -> None:
        try:
            # Imported here, in the background: spaCy takes more than a second and nobody should wait for it to start.
            model = importlib.import_module("classifiers.model").load(directory)
        except Exception as error:
            logger.exception("model_not_loaded", extra={"directory": str(directory)})
            model, problem = None, str(error) or repr(error)
        else:
            problem = ""
        with self._lock:
            self._model = model or self._model
            self._problem = problem
            self._has_failed = model is None
            if model is not None:
                # Only what failed has to wait: whoever goes back to this version wants it at once.
                self._next_try.pop(model.version, None)


_holder = Holder()
_shadow = Holder("is_shadow")


def current() -> "Model | None":
    """The serving model of this process, or None while it is loading or missing."""
    return _holder.current()


def shadow() -> "Model | None":
    """The model that reads in the shadow, or None while it is loading or there is none any more."""
    model = _shadow.current()
    if model is None or not ModelVersion.objects.filter(version=model.version, is_shadow=True).exists():
        return None
    return model


def start_loading() -> None:
    """Begins to load the serving model in the background; a web process calls this when it starts.

    The database is asked in a thread too: the caller may be inside an event loop, where Django refuses to.
    """
    threading.Thread(target=_start, name="model-start", daemon=True).start()


def _start() -> None:
    try:
        _holder.current()
    finally:
        connections.close_all()


def require(timeout: float) -> "Model":
    """The serving model, waiting at most so many seconds. Raises NoModel with the reason."""
    return _holder.require(timeout)


def problem() -> str | None:
    """Why the serving model is not held by this process, for the readiness page and the administrator."""
    return _holder.problem()


def has_failed() -> bool:
    """Whether this process tried to load the serving model and could not, rather than not having come to it yet."""
    return _holder.has_failed()


def is_without() -> bool:
    """Whether nothing sorts here: the serving model could not be loaded, and no earlier one is held. Asks nobody."""
    return _holder.is_without()


def stand_in() -> str | None:
    """The version that sorts here because the one that serves could not be loaded; None otherwise. Asks nobody."""
    return _holder.stand_in()
