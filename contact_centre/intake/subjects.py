"""Whether a mail speaks of something else than the case that it answers."""

from itertools import chain

from cases.models import Case
from contact_centre.intake.mail.subject import in_one_line, without_marks
from contact_centre.intake.mail.threading import without_reference
from contact_centre.intake.models import RawMessage
from notifications.models import Notice


def is_other_subject(subject: str, case: Case) -> bool:
    """Whether an answer speaks of something else than the case and our mails about it."""
    said = _plain(subject)
    if not said:
        return False
    told = Notice.objects.filter(event__case=case).exclude(subject="").values_list("subject", flat=True)
    mails = RawMessage.objects.filter(case=case).values_list("subject", flat=True)
    # The next of them is asked for only where the one before does not say it.
    return all(said != _plain(one) for one in chain((case.subject,), told[:50], mails[:50]))


def _plain(subject: str) -> str:
    return in_one_line(without_reference(without_marks(subject))).casefold()[:200]
