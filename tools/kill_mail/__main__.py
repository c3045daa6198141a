"""Kill the product at random points of mails on their way; count what is lost, doubled or not written down.

    python -m tools.kill_mail [--runs 500] [--seed N]

On the database of ``DATABASE_URL`` (``tools/services.sh with ...`` gives one of PostgreSQL), else on SQLite in a
directory of its own. In each run a process takes one mail in, adds it to a case and hands over what is told of it; it
is killed (SIGKILL) after a random part of the time that this takes. Prints JSON; ends with 1 when anything is wrong.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

import django


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    with tempfile.TemporaryDirectory(prefix="kill-mail-") as room:
        # Broker, layer and cache live in the memory of a process and die with it.
        os.environ |= {
            "VAR_DIR": room,
            "DJANGO_SETTINGS_MODULE": "contact_centre.settings.embedded",
            "CELERY_BROKER_URL": "memory://",
            "CHANNEL_LAYER_URL": "memory://",
            "CACHE_URL": "locmemcache://",
            "EMAIL_URL": f"maildir://{room}/mail",
            "NOTICE_COALESCE_SECONDS": "0",
            "LOG_LEVEL": "ERROR",
        }
        django.setup()
        from tools.kill_mail.runs import run_all  # noqa: PLC0415 - Django is set up first

        told = run_all(Path(room), runs=options.runs, seed=seed)
    print(json.dumps(told, indent=2))
    return int(bool(told["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
