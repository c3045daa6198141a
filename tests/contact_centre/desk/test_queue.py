"""The live queue: what is in it, for whom, in which order, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from cases.actors import staff
from cases.models import Case
from cases.queries.queue import COUNT_CAP, PAGE_SIZE
from cases.services.intake import Reporter
from cases.services.workflow import ask_resident, take_case
from cases.states import OPEN, Status
from contact_centre.desk.cursors import read_cursor
from routing.models import Department, Kind, Role, Street, Urgency
from tests.cast import outsider, staff_member
from tests.factories import NOW, make_case, make_routed_case, make_settled_case
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db

QUEUE = reverse("desk:queue")


def shown(answer) -> list[str]:
    return [line.row.reference for line in answer.context["lines"]]


def figure(answer, position: int) -> str:
    return str(answer.context["figures"][position].value)


def many_cases(count: int, **changes) -> None:
    """Rows as a bulk load writes them: the queue only reads columns."""
    model = make_settled_case()
    columns = {
        f.attname: getattr(model, f.attname)
        for f in Case._meta.concrete_fields
        if f.attname not in ("id", "version")
    }
    Case.objects.bulk_create(
        Case(
            **columns
            | {
                "reference": f"KON-2026-9{n:05d}-0",
                "source_key": f"bulk:{n}",
                "received_at": NOW - timedelta(days=30, minutes=n % 7),
            }
            | changes
        )
        for n in range(count)
    )


@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.HEAD, Role.DPO])
def test_shows_the_whole_city_to_the_contact_centre(desk, role):
    roads, guard = make_routed_case("zdm"), make_routed_case("straz_miejska")
    assert set(shown(desk(role).get(QUEUE))) == {roads.reference, guard.reference}


@pytest.mark.parametrize("role", [Role.HANDLER, Role.CREW, Role.MANAGER])
def test_shows_a_department_its_own_cases(desk, role):
    roads = make_routed_case("zdm")
    make_routed_case("straz_miejska")
    make_case()
    assert shown(desk(role).get(QUEUE)) == [roads.reference]
    assert shown(desk(role).get(QUEUE, {"scope": "all"})) == [roads.reference]


def test_hides_what_may_be_a_matter_of_law_from_agents(desk):
    unread = make_case()
    assert shown(desk(Role.AGENT).get(QUEUE)) == []
    assert shown(desk(Role.DISPATCHER).get(QUEUE)) == [unread.reference]


def test_puts_danger_first_and_then_who_waits_longest(desk):
    late = make_case(received_at=NOW, urgency=Urgency.NORMAL)
    early = make_case(received_at=NOW - timedelta(days=2), urgency=Urgency.NORMAL)
    danger = make_case(received_at=NOW, urgency=Urgency.DANGER)
    answer = desk(Role.DISPATCHER).get(QUEUE)
    assert shown(answer) == [danger.reference, early.reference, late.reference]


def test_narrows_by_what_is_asked_for(desk):
    at_desk = make_settled_case("light")
    roads = make_routed_case("zdm", urgency=Urgency.URGENT)
    bo = staff_member(Role.AGENT)
    take_case(case_id=at_desk.pk, by=staff(bo), at=NOW)
    ask_resident(
        case_id=roads.pk,
        question="Gdzie?",
        answer_by=timezone.localdate() + timedelta(9),
        by=staff(bo),
        at=NOW,
    )
    browser = desk(Role.AGENT)
    assert shown(browser.get(QUEUE, {"scope": "mine"})) == [at_desk.reference]
    assert shown(browser.get(QUEUE, {"status": "NEW"})) == [at_desk.reference]
    assert shown(browser.get(QUEUE, {"category": "light"})) == [at_desk.reference]
    assert shown(browser.get(QUEUE, {"waiting": "on"})) == [roads.reference]
    assert shown(browser.get(QUEUE, {"status": "NEW", "category": "road.pothole"})) == []


def test_asks_for_a_person_also_after_the_end(desk):
    case = make_routed_case()
    Case.objects.filter(pk=case.pk).update(needs_person=True, status="CLOSED", outcome="DONE")
    answer = desk(Role.DISPATCHER).get(QUEUE, {"needs_person": "on"})
    assert shown(answer) == [case.reference]
    assert figure(answer, 1) == "1"


def test_takes_nonsense_in_the_address_for_nothing(desk):
    case = make_routed_case()
    answer = desk(Role.AGENT).get(
        QUEUE, {"status": "ODD", "after": "1-x-2", "since": "²", "category": "no.such", "opened": "9" * 30}
    )
    assert shown(answer) == [case.reference]


@pytest.mark.parametrize("text", ["", "1-2", "a-b-c", "1-" + "9" * 18 + "-4", "٣-1-1", "1--1-1"])
def test_reads_only_positions_that_it_wrote(text):
    assert read_cursor(text) is None


def test_counts_what_waits(desk):
    make_case()
    roads = make_routed_case()
    Case.objects.filter(pk=roads.pk).update(promise_due_at=timezone.now() - timedelta(hours=3))
    answer = desk(Role.DISPATCHER).get(QUEUE)
    assert [f.value for f in answer.context["figures"]] == ["1", "0", "0", "1", "0", "0", "0"]
    line = next(line for line in answer.context["lines"] if line.row.reference == roads.reference)
    assert line.promise.is_late
    assert "is-late" in line.css


def badges_of(page: str) -> set[str]:
    return set(re.findall(r'<span class="status status-\w+">.*?<span>([^<]+)</span></span>', page))


@pytest.mark.parametrize("language", ["en", "pl", "uk"])
@pytest.mark.parametrize("status", OPEN)
def test_says_one_word_for_a_status_in_counter_filter_and_badge(desk, status, language):
    case = make_routed_case("zdm", urgency=Urgency.NORMAL)
    Case.objects.filter(pk=case.pk).update(status=status, needs_person=False)
    browser = desk(Role.AGENT if status == Status.NEW else Role.HANDLER)
    answer = browser.get(QUEUE, {"status": status}, headers={"Accept-Language": language})
    assert shown(answer) == [case.reference]
    with translation.override(language):
        word = str(status.label)
    assert f'<option value="{status}" selected>{word}</option>' in answer.content.decode()
    assert word in badges_of(answer.content.decode())
    for counter in answer.context["figures"]:
        if f"status={status}" in counter.url:
            assert counter.label == word
    page = browser.get(reverse("desk:case", args=[case.reference]), headers={"Accept-Language": language})
    assert word in badges_of(page.content.decode())


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, Status.NEW), (Role.HANDLER, Status.ASSIGNED)])
def test_counts_first_the_cases_that_nobody_has_begun(desk, in_english, role, status):
    first = desk(role).get(QUEUE).context["figures"][0]
    assert (first.label, first.url) == (str(status.label), f"{QUEUE}?status={status}")


def test_counts_the_notices_that_a_person_must_pass_on_and_leads_to_them(desk):
    for reporter in (
        Reporter(phone="600100200"),
        Reporter(postal_address="ul. Długa 1"),
        Reporter(email="a@b.pl"),
    ):
        make_routed_case("zdm", reporter=reporter)
    dee, browser = outsider(), desk(Role.AGENT)
    assert figure(browser.get(QUEUE), -1) == "0"
    plan_all()
    deliver_all()
    waiting = browser.get(QUEUE).context["figures"][-1]
    shelf = browser.get(waiting.url).context["notices"]
    assert waiting.value == "2"
    assert {notice.channel for notice in shelf} == {"PHONE", "LETTER"}
    assert figure(desk(Role.HANDLER).get(QUEUE), -1) == "2"
    browser.force_login(dee)
    assert figure(browser.get(QUEUE), -1) == "0"
    browser = desk(Role.AGENT)
    by_phone = next(notice for notice in shelf if notice.channel == "PHONE")
    browser.post(reverse("desk:settle", args=[by_phone.pk, "called"]))
    assert figure(browser.get(QUEUE), -1) == "1"


def test_counts_and_shows_what_is_late_by_law(desk):
    complaint = make_settled_case("legal.complaint", Kind.COMPLAINT)
    today = timezone.localdate()
    for due, is_late in [(today, False), (today - timedelta(days=1), True)]:
        Case.objects.filter(pk=complaint.pk).update(legal_due_date=due)
        answer = desk(Role.DISPATCHER).get(QUEUE, {"overdue": "on"})
        assert shown(answer) == ([complaint.reference] if is_late else [])
        assert figure(answer, 3) == str(int(is_late))
    # Late by both clocks, it is one case.
    Case.objects.filter(pk=complaint.pk).update(promise_due_at=timezone.now() - timedelta(hours=3))
    assert figure(desk(Role.DISPATCHER).get(QUEUE), 3) == "1"


@pytest.mark.parametrize(("hours", "mark"), [(5, True), (50, False)])
def test_what_is_due_soon_stands_out(desk, hours, mark):
    case = make_routed_case()
    Case.objects.filter(pk=case.pk).update(promise_due_at=timezone.now() + timedelta(hours=hours))
    assert ("is-soon" in desk(Role.DISPATCHER).get(QUEUE).content.decode()) is mark
    page = desk(Role.DISPATCHER).get(reverse("desk:case", args=[case.reference])).content.decode()
    assert ("is-soon" in page) is mark


def test_counts_no_further_than_the_cap(desk):
    many_cases(COUNT_CAP + 2, status="WAITING_OTHER")
    assert figure(desk(Role.DISPATCHER).get(QUEUE), 4) == f"{COUNT_CAP}+"


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.MANAGER])
def test_pages_there_and_back_without_losing_or_repeating_a_case(desk, role):
    many_cases(2 * PAGE_SIZE + 5, department_id=Department.objects.get(code="zdm").pk, status="ASSIGNED")
    browser = desk(role)
    pages = [browser.get(QUEUE)]
    while pages[-1].context["after_url"]:
        pages.append(browser.get(pages[-1].context["after_url"]))
    seen = [reference for page in pages for reference in shown(page)]
    assert len(pages) == 3
    assert len(seen) == len(set(seen))
    assert len(seen) >= 2 * PAGE_SIZE + 5
    back = browser.get(pages[-1].context["before_url"])
    assert shown(back) == shown(pages[1])
    assert shown(browser.get(back.context["before_url"])) == shown(pages[0])
    assert pages[0].context["before_url"] == ""


def test_keeps_the_filters_while_paging(desk):
    many_cases(PAGE_SIZE + 3, urgency="URGENT", queue_rank=1)
    make_settled_case()
    first = desk(Role.DISPATCHER).get(QUEUE, {"urgency": "URGENT"})
    second = desk(Role.DISPATCHER).get(first.context["after_url"])
    assert "urgency=URGENT" in first.context["after_url"]
    assert len(shown(second)) == 3


def test_gives_an_open_page_only_its_changing_part(desk):
    case = make_routed_case()
    part = desk(Role.AGENT).get(QUEUE, headers={"HX-Request": "true"}).content.decode()
    assert case.reference in part
    assert part.strip().startswith('<div id="rows"')
    assert "<html" not in part
    restored = desk(Role.AGENT).get(
        QUEUE, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" in restored.content.decode()


def test_marks_what_came_and_what_changed_since_the_page_was_opened(desk):
    old = make_case(received_at=timezone.now() - timedelta(days=1))
    Case.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=1))
    browser = desk(Role.DISPATCHER)
    opened = browser.get(QUEUE)
    assert [line.css for line in opened.context["lines"]] == [""]
    new = make_case(received_at=timezone.now() + timedelta(seconds=1))
    Case.objects.filter(pk=new.pk).update(updated_at=timezone.now() + timedelta(seconds=1))
    refreshed = browser.get(opened.context["live_url"], headers={"HX-Request": "true"})
    rows = {
        row.split('id="go-')[1].split('"')[0]: row for row in refreshed.content.decode().split("<tr ")[1:]
    }
    assert 'class="is-unread changed"' in rows[new.reference]
    assert 'class=""' in rows[old.reference]


def test_shows_what_just_came_in_when_it_is_not_on_the_page(desk):
    many_cases(PAGE_SIZE + 1)
    new = make_case(received_at=timezone.now())
    answer = desk(Role.DISPATCHER).get(QUEUE)
    assert new.reference not in shown(answer)
    assert [line.row.reference for line in answer.context["arrivals"]] == [new.reference]
    narrowed = desk(Role.DISPATCHER).get(QUEUE, {"urgency": "NORMAL"})
    assert narrowed.context["arrivals"] == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.HANDLER, Role.COUNCIL])
def test_costs_at_most_twelve_statements(desk, role):
    many_cases(PAGE_SIZE + 10, department_id=Department.objects.get(code="zdm").pk)
    browser = desk(role)
    with CaptureQueriesContext(connection) as statements:
        assert browser.get(QUEUE).status_code == 200
    assert len(statements) <= 12


def test_says_where_by_street_or_area_when_the_resident_did_not(desk):
    street = Street.objects.exclude(district=None)[0]
    assert street.district is not None
    by_street, by_area, neither = (make_case(received_at=NOW - timedelta(minutes=n)) for n in (3, 2, 1))
    Case.objects.filter(pk=by_street.pk).update(address="", street=street, area=street.district)
    Case.objects.filter(pk=by_area.pk).update(address="", area=street.district)
    Case.objects.filter(pk=neither.pk).update(address="")
    browser = desk(Role.DISPATCHER)
    with CaptureQueriesContext(connection) as statements:
        lines = browser.get(QUEUE).context["lines"]
    assert [line.row.place for line in lines] == [str(street), street.district.name, ""]
    assert len(statements) <= 12


def test_finds_a_case_by_its_number_for_who_may_see_it(desk, client):
    case = make_routed_case("zdm")
    found = desk(Role.AGENT).get(reverse("desk:find"), {"reference": f" {case.reference.lower()} "})
    assert found.url == reverse("desk:case", args=[case.reference])
    client.force_login(outsider())
    assert client.get(reverse("desk:find"), {"reference": case.reference}).url == QUEUE


def test_finds_a_case_by_enough_of_its_number(desk, client):
    case = make_routed_case("zdm")
    city, year, number, check = case.reference.split("-")
    page = reverse("desk:case", args=[case.reference])
    browser = desk(Role.AGENT)
    for said in (
        f"{city}-{year}-{number}",
        number,
        str(int(number)),
        f"{number}-{check}",
        f"{year} {number}",
    ):
        assert browser.get(reverse("desk:find"), {"reference": said}).url == page, said
    wrong = f"{(int(check) + 1) % 10}"
    for said in (
        f"{city}-{year}-{number}-{wrong}",
        f"2001-{number}",
        f"ABC-{year}-{number}",
        f"{number}9",
        "x",
        "٣",
    ):
        assert browser.get(reverse("desk:find"), {"reference": said}).url == QUEUE, said
    client.force_login(outsider())
    assert client.get(reverse("desk:find"), {"reference": number}).url == QUEUE


def test_marks_what_just_came_in_restricted(desk):
    many_cases(PAGE_SIZE + 1)
    make_case(received_at=timezone.now())
    page = desk(Role.DISPATCHER).get(QUEUE).content.decode()
    arrivals = page.split('class="arrivals')[1].split("</section>")[0]
    assert "#shield-lock" in arrivals


@pytest.mark.parametrize(
    ("role", "entries"),
    [
        (Role.AGENT, {"/desk/", "/desk/call/", "/desk/contacts/", "/desk/outbox/", "/desk/inbox/"}),
        (Role.HANDLER, {"/desk/", "/desk/call/", "/desk/outbox/"}),
        (Role.DPO, {"/desk/", "/desk/call/", "/desk/contacts/", "/desk/outbox/", "/desk/readings/"}),
        (Role.ANALYST, set()),
        (Role.ADMIN, {"/desk/models/", "/desk/words/", "/admin/"}),
    ],
)
def test_offers_in_the_menu_what_the_role_may_open(desk, role, entries):
    person = staff_member(role)
    person.is_staff = role == Role.ADMIN
    person.save()
    page = desk(role).get(QUEUE).content.decode()
    menu = page.split('class="site-nav"')[1].split("</nav>")[0]
    assert set(re.findall(r'<a href="([^"]+)"', menu)) == entries
