"""The hidden mark of our pages: which case is answered where headers, address, subject and links are gone."""

import re

import pytest
from django.urls import reverse

from cases.models import Case, CaseParticipant
from contact_centre.intake.mail.html_text import to_text
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.models import Evidence, RawState, Reason
from notifications.models import Notice
from notifications.rendering import render
from routing.models import Role
from tests.contact_centre.intake.fates import STRANGER, fate, settled
from tests.contact_centre.intake.quoting import (
    PROGRAMS,
    REWRITERS,
    WORDS,
    gmail,
    outlook_with_bookmarks,
    reply,
    safelinks,
    webmail,
)
from tests.factories import NOW, make_case
from tests.notifications.outbox import LATER, deliver_all, plan_all

pytestmark = pytest.mark.django_db
MARK = re.compile(r"ccref_\d+_\d+_[a-z2-7]{16}")


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def sent(case, mailoutbox):
    """The confirmation as it was sent."""
    plan_all()
    deliver_all()
    return mailoutbox[0]


@pytest.fixture
def page(sent) -> str:
    return str(sent.alternatives[0][0])


@pytest.mark.parametrize("rewrite", REWRITERS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_rule_3_an_answer_finds_its_case_when_only_the_quoted_page_is_left(case, page, program, rewrite):
    """EMAIL §4.3: services rewrite ids and links."""
    row = settled(reply(program(rewrite(page))))
    assert fate(row) == (RawState.CASE_UPDATED, Reason.REPLY, Evidence.TOKEN_IN_TEXT)
    assert row.case == case
    assert [one.body for one in case.messages.filter(purpose="REPLY")] == [WORDS]


def test_rule_3_the_mark_counts_beside_a_plain_twin_that_holds_rewritten_links(case, page):
    """EMAIL §4.3: programs send both."""
    quoted = "\n".join(f"> {line}" for line in to_text(safelinks(page)).splitlines())
    row = settled(reply(gmail(safelinks(page)), plain=f"{WORDS}\n\n{quoted}"))
    assert (row.state, row.case) == (RawState.CASE_UPDATED, case)


def test_rule_3_without_mark_and_links_such_an_answer_is_a_case_of_its_own(page):
    """EMAIL §4.3: what the tests above rely on is the mark and nothing else."""
    assert fate(settled(reply(gmail(safelinks(MARK.sub("", page))))))[1:] == (Reason.REQUEST, "")


def test_rule_3_a_mark_is_a_hint_for_a_participant_only(case, page):
    """EMAIL §4.3: whoever has seen the mail can quote it."""
    row = settled(reply(gmail(safelinks(page)), sender=STRANGER))
    assert fate(row) == (RawState.CASE_CREATED, Reason.STRANGER, Evidence.TOKEN_IN_TEXT)
    assert (row.case != case, row.suggested_case) == (True, case)


def test_rule_3_a_participant_who_passes_the_mail_on_speaks_of_something_else(case, page):
    """EMAIL §4: forwarded by a resident."""
    row = settled(reply(gmail(safelinks(page)), subject="Fwd: Twoja sprawa"))
    assert (row.case != case, row.suggested_case) == (True, case)


def test_rule_3_a_mark_that_somebody_made_up_is_none(page):
    """EMAIL §4.3: if the mac is valid."""
    made_up = re.sub(r"(ccref_\d+_\d+_)[a-z2-7]{16}", rf"\1{'a' * 16}", page)
    assert fate(settled(reply(gmail(safelinks(made_up)))))[2] == ""


def test_rule_3_a_machine_is_not_tied_by_the_mark(page):
    """EMAIL §7: automatic replies by rules 1, 2 and 4."""
    row = settled(reply(gmail(safelinks(page)), Auto_Submitted="auto-replied"))
    assert (row.state, row.case) == (RawState.AUTO_REPLY_RECORDED, None)


def test_the_mark_is_neither_seen_nor_said_nor_in_the_text(sent, page):
    assert not MARK.search(sent.body)
    assert not MARK.search(to_text(page))
    [element] = re.findall(r"<a name=[^>]*>", page)
    assert 'aria-hidden="true"' in element
    assert "display:none" in element
    # Programs show the first words of a page beside its subject.
    assert page.index(element) > page.index("</h1>")
    assert not MARK.search(re.sub(r"<a name=.*?</a>", "", page))


@pytest.mark.parametrize("program", [webmail, outlook_with_bookmarks])
def test_the_mark_is_read_and_left_out_where_a_program_shows_hidden_words(page, program):
    bare = re.sub(r' style="[^"]*"', "", page)
    for raw in (reply(program(bare)), reply(f"<p>{WORDS}</p>", plain=f"{WORDS}\n\n{MARK.findall(page)[0]}")):
        mail = parse(raw)
        assert len(mail.marks) == 1
        assert not MARK.search(mail.text)
        assert mail.reply == WORDS


def test_the_page_as_sent_shows_no_mark(case, page, desk):
    settled(reply(webmail(re.sub(r' style="[^"]*"', "", page))))
    message = case.messages.get(purpose="REPLY")
    shown = desk(Role.DISPATCHER).get(reverse("intake:as_sent", args=[message.pk])).content.decode()
    assert WORDS in shown
    assert not MARK.search(shown)


def test_who_left_the_case_gets_no_mark(case):
    plan_all()
    assert MARK.search(render(Notice.objects.get(), LATER).html)
    CaseParticipant.objects.update(detached_at=NOW)
    assert not MARK.search(render(Notice.objects.get(), LATER).html)
