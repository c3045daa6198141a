"""The line above which our mails ask to write is the mark by which what they say is folded (EMAIL §11)."""

import pytest

from cases.services.intake import Reporter
from contact_centre.intake.mail.html_text import to_text
from contact_centre.intake.mail.reply import strip_quotes
from notifications.models import Notice
from notifications.rendering import Rendered, render
from tests.factories import ANA, NOW, make_routed_case
from tests.notifications.outbox import plan_all
from tests.notifications.test_rendering import JAN

pytestmark = pytest.mark.django_db
WORDS = "Tak, nadal jest ciemno."


def told(language: str, reporter: Reporter = ANA) -> Rendered:
    make_routed_case(language=language, reporter=reporter)
    plan_all()
    return render(Notice.objects.order_by("-id").first(), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
@pytest.mark.parametrize("dashes", ["{}", "--- {} ---", "##- {} -##"])
def test_our_own_mail_is_folded_where_a_program_marks_nothing(language, dashes):
    """EMAIL §11: own hidden delimiter line, with and without dashes, in text and page."""
    said = told(language)
    line = said.text.splitlines()[0]
    for ours in (said.text, to_text(said.html)):
        assert ours.count(line) == 1
        quoted = ours.replace(line, dashes.format(line))
        assert strip_quotes(f"{WORDS}\n\n{quoted}") == WORDS


def test_nothing_above_the_line_is_kept_whole():
    ours = told("pl").text
    assert strip_quotes(ours) == ours.strip()


def test_nobody_is_asked_to_write_above_a_line_on_paper_or_by_phone():
    line = told("pl").text.splitlines()[0]
    assert line not in told("pl", JAN).text
