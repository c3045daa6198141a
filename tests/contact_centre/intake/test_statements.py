"""How often the database is asked for one mail: what a mail costs is mostly that."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_centre.intake.models import RawState
from contact_centre.intake.process import receive
from tests.contact_centre.intake.mails import mail
from tests.factories import NOW

pytestmark = pytest.mark.django_db
_FRAME = re.compile(r"SAVEPOINT|RELEASE|BEGIN|COMMIT")
# Seven inserts, two updates, and three questions.
STATEMENTS = 12


def test_a_plain_mail_asks_the_database_so_often_and_not_more():
    call_command("load_mailboxes", verbosity=0)
    with CaptureQueriesContext(connection) as caught:
        row = receive(mail(), at=NOW)
    assert row.state == RawState.CASE_CREATED
    asked = [one["sql"] for one in caught if not _FRAME.match(one["sql"])]
    assert len(asked) == STATEMENTS, "\n".join(one[:100] for one in asked)
