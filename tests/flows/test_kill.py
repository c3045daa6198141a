"""Mails whose processes are killed at random points of their way: few runs of the tool that measures many."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contact_centre.processes import environment
from tests.database import url_of_the_test_database

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = 6
# With this seed three of the runs end just before, between and just after hand-over and record.
SEED = 167


def test_a_mail_that_is_killed_on_its_way_is_neither_lost_nor_doubled():
    command = [sys.executable, "-m", "tools.kill_mail", "--runs", str(RUNS), "--seed", str(SEED)]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[2],
        env=environment(DATABASE_URL=url_of_the_test_database()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert done.returncode == 0
    assert told["runs"] == RUNS == sum(told["killed_at"].values())
    assert all(told["killed_at"][stage] for stage in ("planned", "handed over", "recorded"))
    assert 3 <= told["kills"] <= 2 * RUNS
    assert (told["lost"], told["duplicated"], told["unrecorded"]) == (0, 0, 0)
    assert told["handed_twice"] >= 1
