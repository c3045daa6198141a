"""The page on which a resident chooses how we write to her: reached by the link in every mail, without a login."""

import re

import pytest

from cases.models import CaseParticipant, ContactChannel
from cases.services.intake import Reporter
from cases.services.merging import merge_cases
from cases.services.workflow import ask_resident, plan_work
from notifications.links import wishes_url
from notifications.models import Notice, NoticeState, SkipReason
from tests.factories import ANA, NOW, make_case, make_routed_case, reporter_of
from tests.notifications.outbox import plan_all
from tests.notifications.test_rendering import DAY, desk, handler, told

pytestmark = pytest.mark.django_db
CHOICE = {"language": "uk", "channel": "EMAIL", "only_compulsory": "on"}
BOTH = Reporter(name="Ana", email="ana@example.org", phone="600100200")


def test_every_mail_leads_there_in_text_and_html(client):
    case = make_case()
    words = told(case, "RECEIVED")

    url = wishes_url(reporter_of(case))
    assert f"Zmień sposób, w jaki do Ciebie piszemy: {url}" in words.text
    assert f'href="{url}"' in words.html
    path = "/" + url.split("/", 3)[3]
    assert client.get(path).status_code == 200


def test_the_page_of_the_case_leads_there(client, page_of):
    case = make_case()

    assert f'href="{page_of(case, "wishes")}"' in client.get(page_of(case)).content.decode()


def test_it_shows_what_is_so_now_and_offers_what_she_gave_details_for(client, page_of):
    case = make_case(reporter=BOTH, language="en")

    page = client.get(page_of(case, "wishes")).content.decode()

    assert set(re.findall(r'name="channel" value="(\w+)"', page)) == {"EMAIL", "PHONE"}
    assert re.search(r'value="EMAIL"[^>]*checked', page)
    assert re.search(r'name="language" value="en"[^>]*checked', page)
    assert not re.search(r'name="only_compulsory"[^>]*checked', page)


def test_looking_changes_nothing(client, page_of):
    case = make_case()

    client.get(page_of(case, "wishes"), CHOICE)

    assert not reporter_of(case).only_compulsory


def test_the_choice_is_kept_and_the_page_of_the_case_says_so(client, page_of):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    case = make_case()

    answer = client.post(page_of(case, "wishes"), CHOICE, follow=True)

    assert answer.redirect_chain == [(page_of(case), 302)]
    assert "From now on we write to you as you wish" in answer.content.decode()
    kept = reporter_of(case)
    assert (kept.language, kept.channel, kept.only_compulsory) == ("uk", ContactChannel.EMAIL, True)


@pytest.mark.parametrize("wrong", [{"channel": "LETTER"}, {"channel": ""}, {"language": "de"}])
def test_what_is_not_possible_is_said_beside_the_field(client, page_of, wrong):
    case = make_case()

    answer = client.post(page_of(case, "wishes"), CHOICE | wrong)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert not reporter_of(case).only_compulsory


def test_who_wants_no_contact_is_not_talked_into_it(client, page_of):
    case = make_case(reporter=Reporter(name="Ana"))

    page = client.get(page_of(case, "wishes")).content.decode()

    assert re.findall(r'name="channel" value="(\w+)"', page) == ["NONE"]


def test_a_choice_is_for_one_person_and_one_report(client, page_of):
    case, other = make_case(), make_case()

    client.post(page_of(case, "wishes"), CHOICE)

    assert CaseParticipant.objects.filter(only_compulsory=True).get() == reporter_of(case)
    assert not reporter_of(other).only_compulsory


def chosen(client, page_of):
    """A case whose confirmation is gone, and whose reporter has chosen to hear as little as she can."""
    case = make_routed_case(reporter=ANA)
    plan_all()
    Notice.objects.update(state=NoticeState.SENT, attempts=1)
    client.post(page_of(case, "wishes"), CHOICE)
    return case


def test_progress_is_no_longer_told_and_the_record_says_why(client, page_of):
    case = chosen(client, page_of)
    plan_work(case_id=case.pk, planned_for=DAY, note="", by=handler(), at=NOW)
    plan_all()

    notice = Notice.objects.get(kind="PLANNED")
    assert (notice.state, notice.skip_reason) == (NoticeState.SKIPPED, SkipReason.UNSUBSCRIBED)


def test_what_must_be_told_still_is_and_in_the_language_chosen(client, page_of):
    case = chosen(client, page_of)
    ask_resident(case_id=case.pk, question="Gdzie?", answer_by=DAY, by=handler(), at=NOW)
    merge_cases(case_id=case.pk, into_id=make_routed_case().pk, by=desk(), at=NOW)
    plan_all()

    notices = Notice.objects.filter(participant=reporter_of(case), kind__in=["QUESTION", "MERGED"])
    assert {(n.state, n.language) for n in notices} == {(NoticeState.PLANNED, "uk")}
    assert notices.count() == 2


def test_what_the_confirmation_can_tell_with_it_is_told(client, page_of):
    case = make_routed_case(reporter=ANA)
    client.post(page_of(case, "wishes"), CHOICE)
    plan_all()

    passed = Notice.objects.get(participant=reporter_of(case), kind="PASSED_ON")
    assert passed.state == NoticeState.COALESCED


def offered(client, path: str) -> set[str]:
    return set(re.findall(r'name="channel" value="(\w+)"', client.get(path).content.decode()))


def test_text_messages_can_be_chosen_where_there_is_a_provider_and_a_mobile(client, page_of, settings):
    settings.SMS = {"provider": "smsapi"}
    landline = Reporter(name="Ana", email="ana@example.org", phone="632401111")

    assert offered(client, page_of(make_case(reporter=BOTH), "wishes")) == {"EMAIL", "PHONE", "SMS"}
    assert offered(client, page_of(make_case(reporter=landline), "wishes")) == {"EMAIL", "PHONE"}


def test_who_gets_text_messages_keeps_them_when_she_changes_something_else(client, page_of):
    case = make_case(reporter=BOTH)
    CaseParticipant.objects.filter(case=case).update(channel="SMS")

    assert "SMS" in offered(client, page_of(case, "wishes"))
    client.post(page_of(case, "wishes"), {"language": "en", "channel": "SMS"})

    assert (reporter_of(case).channel, reporter_of(case).language) == ("SMS", "en")
