"""Processes of ours that speak to us and that we may kill; forked, so that nothing is loaded a second time."""

import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

Say = Callable[[Any], None]
_FORK: Final = get_context("fork")
# Long enough for all migrations on a machine that has much else to do.
_PATIENCE: Final = 600.0


class Child:
    """Runs ``work(say, *args)``; ``heard`` is what it has said so far.

    The parent must hold no connection to a database and no thread when it makes one.
    """

    def __init__(self, work: Callable[..., None], *args: Any) -> None:
        self.heard: list[Any] = []
        self._ear, mouth = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=_speak, args=(work, mouth, args))
        self._process.start()
        mouth.close()

    def says(self, word: str) -> bool:
        """Listen until it says the word; False when it ends, or takes ten minutes, without saying it."""
        self._listen(word)
        return word in self.heard

    def wait_for(self, word: str) -> None:
        """Listen until it says the word. Raises RuntimeError when it never does."""
        if not self.says(word):
            self.kill()
            raise RuntimeError(f"a child never came to {word!r}")

    def kill(self) -> bool:
        """SIGKILL; whether it was still at work."""
        self._process.kill()
        return self._end() < 0

    def result(self) -> Any:
        """Let it work to its end; the last thing that it said. Raises RuntimeError when it failed."""
        if self._end() != 0:
            raise RuntimeError("a child failed: what it said of that stands above")
        return self.heard[-1]

    def _end(self) -> int:
        self._listen(None)
        self._process.join()
        self._ear.close()
        return self._process.exitcode or 0

    def _listen(self, word: str | None) -> None:
        """Until it says the word, or has nothing more to say."""
        until = time.monotonic() + _PATIENCE
        while (word is None or word not in self.heard) and self._ear.poll(max(0.0, until - time.monotonic())):
            try:
                self.heard.append(self._ear.recv())
            except (EOFError, OSError):
                # Nobody is there any more, perhaps in the middle of a word.
                return


def _speak(work: Callable[..., None], mouth: Connection, args: tuple[Any, ...]) -> None:
    work(mouth.send, *args)
