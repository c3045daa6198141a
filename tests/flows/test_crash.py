"""A worker is killed (SIGKILL) between claim and record: nothing is lost and nothing is written twice."""

import mailbox
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from cases.models import Case, EventWork, Prediction
from cases.states import Status
from cases.tasks import triage_case
from cases.work import LEASE, left_over
from notifications import delivery
from notifications.models import Notice, NoticeState
from notifications.services import plan_event
from tests.contact_centre.processes import environment
from tests.database import url_of_the_test_database
from tests.factories import make_case

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def mail_dir(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def killed_at_its_worst(what: str, row_id: int, mail_dir: Path) -> None:
    """Let a worker process take the row, and kill it where it must not die."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.flows.crash_child", what, str(row_id)],
        cwd=ROOT,
        env=environment(
            DJANGO_SETTINGS_MODULE="contact_centre.settings.test",
            DATABASE_URL=url_of_the_test_database(),
            EMAIL_URL=f"maildir://{mail_dir}",
        ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline().strip() in ("claimed", "handed over")
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def mails(mail_dir: Path) -> list[str]:
    """The Message-IDs in the maildir."""
    return [message["Message-ID"] for message in mailbox.Maildir(mail_dir)]


def test_a_triage_that_died_is_done_once_by_the_next_worker(serving_model, mail_dir):
    case = make_case()
    row = EventWork.objects.get(event__case=case, consumer="triage")
    EventWork.objects.filter(pk=row.pk).update(available_at=timezone.now() - timedelta(seconds=1))

    killed_at_its_worst("triage", row.pk, mail_dir)

    assert Case.objects.get(pk=case.pk).status == Status.NEW
    assert not Prediction.objects.exists()
    assert left_over("triage", at=timezone.now()) == []
    assert left_over("triage", at=timezone.now() + LEASE + timedelta(seconds=1)) == [row.pk]

    EventWork.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    triage_case(row.pk)
    triage_case(row.pk)

    assert Prediction.objects.filter(case=case).count() == 1
    assert not EventWork.objects.filter(consumer="triage").exists()


def test_a_mail_that_was_handed_over_before_the_death_is_repeated_with_the_same_id(settings, mail_dir):
    case = make_case()
    row = EventWork.objects.get(event__case=case, consumer="notifications")
    later = timezone.now() + timedelta(minutes=5)
    plan_event(work_id=row.pk, at=timezone.now())
    notice = Notice.objects.get()
    Notice.objects.update(due_at=timezone.now() - timedelta(seconds=1), lease_until=None)

    killed_at_its_worst("notice", notice.pk, mail_dir)

    assert Notice.objects.get().state == NoticeState.CLAIMED
    assert mails(mail_dir) == [notice.message_id]
    assert delivery.due(later) == [notice.pk]

    settings.EMAIL_BACKEND = "contact_centre.web.maildir.MaildirBackend"
    settings.EMAIL_FILE_PATH = str(mail_dir)
    assert delivery.deliver(notice_id=notice.pk, at=later) == NoticeState.SENT
    assert delivery.deliver(notice_id=notice.pk, at=later) is None

    assert Notice.objects.count() == 1
    assert mails(mail_dir) == [notice.message_id, notice.message_id]
