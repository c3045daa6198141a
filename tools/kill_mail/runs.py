"""The runs: mails whose processes are killed, one after the other, and what is counted of them."""

import random
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from io import StringIO
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command

from tools.kill_mail import product
from tools.kill_mail.children import Child, Say
from tools.kill_mail.errands import MIX, WAYS, Errand, Person, errand
from tools.kill_mail.findings import DUPLICATED, LOST, STAGES, UNRECORDED, Findings, examine, stage

# One run in so many is killed exactly before, between or after hand-over and record, one in so many again while it is
# mended. The others are killed by the clock, and as many right after a statement: some steps are over in no time.
EXACT: Final = 5
AGAIN: Final = 5
BY_THE_CLOCK: Final = 0
# The last steps of a mail that takes a little longer than the one that was measured belong to it too.
STRETCH: Final = 1.1
# Other programs on the machine make a mail slower or faster.
MEASURED_EVERY: Final = 50
# Further than a run can put the clock forward.
STEP: Final = timedelta(minutes=30)
ENDED: Final = "ended before"
DONE: Final = "done"


@dataclass(slots=True)
class Tally:
    """``killed_at`` by stage; ``kills`` with those while a run was mended; ``wrong`` says each fault in words."""

    killed_at: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*STAGES, ENDED), 0))
    kills: int = 0
    handed_twice: int = 0
    lost: int = 0
    duplicated: int = 0
    unrecorded: int = 0
    wrong: list[str] = field(default_factory=list)


class Runner:
    """Knows how long a mail takes when nobody is killed, and draws the moments of death from that."""

    def __init__(self, room: Path, chance: random.Random) -> None:
        self.tally = Tally()
        self.spans: dict[str, float] = {}
        self.statements: dict[str, int] = {}
        self._room = room
        self._chance = chance
        self._number = 0
        self._last: Person | None = None

    def measure(self) -> None:
        """Every kind of mail once, by both ways in turn, without a death. Raises RuntimeError when one goes wrong."""
        for _, way in zip(MIX, cycle(WAYS), strict=False):
            one = self._next(way)
            child = self._start(_live, one, BY_THE_CLOCK)
            child.wait_for(product.BEGUN)
            started = time.monotonic()
            child.wait_for(DONE)
            self.spans[one.kind] = time.monotonic() - started
            self.statements[one.kind] = child.result()
            found = self._mend(one, is_stored=True, deaths=0)
            if found.faults:
                raise RuntimeError(f"wrong without any death: {found.faults}")

    def run(self) -> None:
        """One mail, killed on its way once or twice, mended and looked at."""
        one = self._next(self._chance.choice(WAYS))
        child, was_killed = self._kill_once(one)
        is_stored, deaths = product.STORED in child.heard, int(was_killed)
        where = self._start(_tell_stage, one).result()
        self.tally.killed_at[where if was_killed else ENDED] += 1
        if self._chance.randrange(AGAIN) == 0:
            child = self._start(_recover, one, is_stored)
            deaths += self._kill_later(child, one)
            is_stored = is_stored or product.STORED in child.heard
        self.tally.kills += deaths
        self._count(one, self._mend(one, is_stored=is_stored, deaths=deaths), where)

    def _kill_once(self, one: Errand) -> tuple[Child, bool]:
        stops_at = self._stop_of(one)
        child = self._start(_live, one, stops_at)
        if stops_at == BY_THE_CLOCK:
            return child, self._kill_later(child, one)
        child.says(product.STOPPED)
        return child, child.kill()

    def _stop_of(self, one: Errand) -> int | str:
        if one.opens_a_case and self._chance.randrange(EXACT) == 0:
            return self._chance.choice(tuple(product.MOMENTS))
        statement = 1 + int(self._chance.random() * self.statements[one.kind])
        return self._chance.choice((BY_THE_CLOCK, statement))

    def _kill_later(self, child: Child, one: Errand) -> bool:
        child.wait_for(product.BEGUN)
        time.sleep(self._chance.uniform(0.0, STRETCH * self.spans[one.kind]))
        return child.kill()

    def _mend(self, one: Errand, *, is_stored: bool, deaths: int) -> Findings:
        found: Findings = self._start(_recover, one, is_stored).result()
        self._last = found.person or self._last
        if found.hand_overs > deaths + 1:
            found.faults.append((DUPLICATED, f"{found.hand_overs} hand-overs after {deaths} deaths"))
        return found

    def _count(self, one: Errand, found: Findings, where: str) -> None:
        kinds = Counter(kind for kind, _ in found.faults)
        self.tally.handed_twice += found.hand_overs > 1
        self.tally.lost += LOST in kinds
        self.tally.duplicated += DUPLICATED in kinds
        self.tally.unrecorded += UNRECORDED in kinds
        self.tally.wrong += [
            f"mail {one.number}, killed when {where}: {kind}: {said}" for kind, said in found.faults
        ]

    def _next(self, way: str) -> Errand:
        one = errand(self._number, way, settings.CITY_EMAIL, self._last)
        self._number += 1
        return one

    def _start(self, work: Any, one: Errand, *args: Any) -> Child:
        return Child(work, one, self._room / str(one.number), one.number * STEP, *args)


def prepare(say: Say) -> None:
    """Tables and the city's starting data; changes nothing where they are there."""
    for command in ("migrate", "load_city", "load_mailboxes"):
        call_command(command, verbosity=0, stdout=StringIO())
    say(DONE)


def run_all(room: Path, *, runs: int, seed: int) -> dict[str, Any]:
    """Prepare, measure, run; what is printed."""
    started = time.monotonic()
    Child(prepare).result()
    product.load_all()
    runner = Runner(room, random.Random(seed))  # noqa: S311 - to be repeated by its seed
    begun = time.monotonic()
    for number in range(runs):
        if number % MEASURED_EVERY == 0:
            runner.measure()
        runner.run()
    ended = time.monotonic()
    return {
        "engine": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "seed": seed,
        "runs": runs,
        **asdict(runner.tally),
        "span_ms": {name: round(1000 * span) for name, span in runner.spans.items()},
        "seconds": round(ended - started),
        "seconds_per_run": round((ended - begun) / max(runs, 1), 2),
    }


def _live(say: Say, one: Errand, mail_dir: Path, ahead: timedelta, stops_at: int | str) -> None:
    """``stops_at``: the number of a statement, or a moment by its name."""
    product.begin(mail_dir)
    if isinstance(stops_at, str):
        product.MOMENTS[stops_at](say)
        stops_at = BY_THE_CLOCK
    with product.later(ahead):
        say(product.BEGUN)
        count = product.live(one, say, stops_at)
        say(DONE)
        say(count)


def _recover(say: Say, one: Errand, mail_dir: Path, ahead: timedelta, is_stored: bool) -> None:
    product.begin(mail_dir)
    with product.later(ahead):
        say(product.BEGUN)
        product.recover(None if is_stored else one, say)
        say(examine(one, mail_dir))


def _tell_stage(say: Say, one: Errand, mail_dir: Path, _ahead: timedelta) -> None:
    say(stage(one, mail_dir))
