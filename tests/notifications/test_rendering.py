"""The words: complete in three languages, the same in text and HTML, quoted as written, safe and plain."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from django.template import Engine
from django.utils import timezone, translation

from cases.actors import resident, staff
from cases.keys import phone_pin
from cases.models import CaseParticipant, EventKind
from cases.services.endings import reopen_case, resolve_case, withdraw_case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases, unmerge_case
from cases.services.privacy import request_link
from cases.services.waiting import wait_for
from cases.services.workflow import ask_resident, classify_case, plan_work, reassign_case
from cases.states import Outcome
from notifications.facts import read_facts
from notifications.models import Notice, NoticeKind
from notifications.rendering import FRAME, WORDS, Rendered, render
from routing.models import Category, Department, Kind, Role, Urgency
from routing.models.loaded import LANGUAGES
from tests.cast import staff_member
from tests.factories import ANA, NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.notifications.outbox import LATER, notices_of, plan_all
from tests.readings import make_machine_routed_case, read_by_machine

pytestmark = pytest.mark.django_db
DAY = (NOW + timedelta(days=7)).date()
JAN = Reporter(name="Jan", phone="600100200")
KOWAL = Reporter(name="Jan Kowal", postal_address="ul. Długa 1\n62-500 Konin")
CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)


class TextOf(HTMLParser):
    """What a reader of the HTML part sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "title") or self.is_mark(attrs)

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title") or (tag == "a" and self.hidden > 0)

    @staticmethod
    def is_mark(attrs) -> bool:
        """Neither shown nor said."""
        return ("aria-hidden", "true") in attrs and dict(attrs).get("style", "").startswith("display:none")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.parts).split())


def handler():
    return staff(staff_member(Role.HANDLER))


def desk():
    return staff(staff_member(Role.DISPATCHER))


def told(case, kind: str) -> Rendered:
    """The last notice of the kind to the case's own reporter, rendered."""
    plan_all()
    rows = Notice.objects.filter(participant__case=case, kind=kind).order_by("id")
    return render(rows.get() if kind == "RECEIVED" else rows.last(), LATER)  # type: ignore[arg-type]


def ask(case, question="Po której stronie ulicy?"):
    ask_resident(case_id=case.pk, question=question, answer_by=DAY, by=handler(), at=NOW)


def classify(case, category, kind=Kind.REPORT, by=None):
    row = Category.objects.get(code=category)
    classify_case(case_id=case.pk, category=row, kind=kind, urgency=Urgency.NORMAL, by=by or desk(), at=NOW)


def resolve(case, outcome=Outcome.DONE, answer="Dziura załatana.", authority=""):
    if outcome == Outcome.UNEXAMINED:
        # She was asked, and the day for her answer is over.
        asked = NOW - timedelta(days=20)
        day = asked.date() + timedelta(days=14)
        ask_resident(case_id=case.pk, question="Adres?", answer_by=day, by=desk(), at=asked)
    by = handler() if case.department_id else desk()
    resolve_case(case_id=case.pk, outcome=outcome, answer=answer, authority=authority, by=by, at=NOW)


def walk_through_everything(language: str, reporter: Reporter) -> list[Notice]:
    """Notices of all kinds for one way of being told."""
    wishes: dict[str, Any] = {"language": language, "reporter": reporter}
    case, other, third, fourth = (make_routed_case(**wishes) for _ in range(4))
    plan_all(NOW + timedelta(hours=1))
    Notice.objects.update(attempts=1)
    department = Department.objects.get(code="pwik")
    plan_work(case_id=case.pk, planned_for=DAY, note="Czekamy na asfalt.", by=handler(), at=NOW)
    wait_for(case_id=case.pk, body="GDDKiA", note="", by=handler(), at=NOW)
    reassign_case(case_id=other.pk, department=department, reason="Wodociąg.", by=handler(), at=NOW)
    merge_cases(case_id=third.pk, into_id=case.pk, by=desk(), at=NOW)
    resolve(case)
    unmerge_case(case_id=third.pk, by=desk(), at=NOW)
    reopen_case(case_id=case.pk, reason="Znowu dziura.", by=resident(reporter_of(case).pk), at=NOW)
    ask(case)
    classify(fourth, "road.change")
    withdraw_case(case_id=other.pk, reason="", by=resident(reporter_of(other).pk), at=NOW)
    plan_all()
    return list(Notice.objects.filter(participant__language=language).exclude(kind="PASSED_ON", attempts=1))


@pytest.mark.parametrize(
    ("language", "warning"),
    [("pl", "bez rozpoznania"), ("en", "unexamined"), ("uk", "залишити звернення без розгляду")],
)
def test_a_call_to_complete_warns_of_what_follows(language, warning):
    """KPA art. 64 § 2; a question about a report warns of nothing."""
    law, report = (
        make_settled_case(kind=Kind.COMPLAINT, language=language),
        make_routed_case(language=language),
    )
    ask_resident(case_id=law.pk, question="Adres?", answer_by=DAY, by=desk(), at=NOW)
    ask(report)
    assert warning in told(law, "QUESTION").text
    assert warning not in told(report, "QUESTION").text


def test_a_follower_is_not_told_that_she_may_reopen():
    """DESIGN §3: she only hears of the case."""
    case = make_routed_case(language="pl")
    follower = CaseParticipant.objects.create(
        case=case, role="FOLLOWER", email="jan@example.org", channel="EMAIL", language="pl", created_at=NOW
    )
    resolve(case)
    plan_all()
    notices = Notice.objects.filter(kind="RESOLVED")
    assert "otworzyć sprawę ponownie" in render(notices.exclude(participant=follower).get(), LATER).text
    assert "otworzyć sprawę ponownie" not in render(notices.get(participant=follower), LATER).text


def settled_and_confirmed(**changes):
    case = make_settled_case(**({"language": "pl"} | changes))
    plan_all(NOW + timedelta(hours=1))
    Notice.objects.update(attempts=1)
    return case


def test_a_day_that_comes_later_is_told_with_its_reason():
    """DOMAIN §0.9 and §7: no silent change of a deadline; the new day, the old one, and why."""
    case = settled_and_confirmed()
    classify(case, "legal.complaint", Kind.COMPLAINT)
    words = told(case, "NEW_DAY")
    assert words.subject.endswith("Nowy termin: 17 grudnia 2026 r.")
    assert "Odpowiemy do 17 grudnia 2026 r., a nie do 24 listopada 2026 r." in words.text
    assert "skarga" in words.text


def test_a_day_that_no_longer_holds_is_taken_back_and_no_kind_is_named_before_it_is_decided():
    """DOMAIN §0.9; ADR 7: what a handler takes for a complaint is a suggestion."""
    case = settled_and_confirmed()
    classify(case, "legal.complaint", Kind.COMPLAINT, by=staff(staff_member(Role.AGENT)))
    words = told(case, "NEW_DAY")
    assert "24 listopada 2026 r. Już nie obowiązuje." in words.text
    assert "skarga" not in words.text
    assert "Sprawdzamy jeszcze" in words.text


def test_an_earlier_day_or_the_first_one_is_no_news_of_a_deadline():
    case = settled_and_confirmed(category="road.change")
    classify(case, "road.pothole")
    plan_all()
    assert not Notice.objects.filter(kind="NEW_DAY").exists()


def test_a_confirmation_that_still_waits_tells_the_day_that_holds():
    case = make_settled_case(language="pl")
    classify(case, "road.change")
    plan_all(NOW)
    notice = Notice.objects.get(kind="NEW_DAY")
    assert notice.state == "COALESCED"
    assert "Odpowiemy do" in told(case, "RECEIVED").text
    assert "24 listopada" not in told(case, "RECEIVED").text


@pytest.mark.parametrize(("kind", "language"), [*product([*NoticeKind, "frame"], LANGUAGES)])
def test_every_kind_has_all_its_parts_in_every_language(kind, language):
    engine = Engine.get_default()

    for part in FRAME if kind == "frame" else WORDS:
        engine.get_template(f"notifications/{kind.lower()}/{language}.txt#{part}")


@pytest.mark.parametrize(("language", "reporter"), [*product(LANGUAGES, [ANA, JAN, KOWAL])])
def test_all_that_is_told_is_complete(language, reporter):
    notices = walk_through_everything(language, reporter)

    assert {n.kind for n in notices} == set(NoticeKind) - {
        NoticeKind.LEFT,
        NoticeKind.LINK,
        NoticeKind.MESSAGE,
    }
    for notice in notices:
        words = render(notice, LATER)
        assert words.subject.startswith(f"[{notice.participant.case.reference}] ")
        assert len(words.subject.splitlines()) == 1
        assert words.subject.rstrip()[-1] != ":"
        assert not re.search(r"None|\{[{%]|: ?\.|  |\n\n\n", words.text.replace("\n-- \n", "\n--\n")), (
            words.text
        )
        assert bool(CYRILLIC.search(words.text)) == (language == "uk")
        assert bool(words.html) == (notice.channel == "EMAIL")


def test_text_and_html_say_the_same():
    for notice in walk_through_everything("pl", ANA):
        words = render(notice, LATER)
        html, seen = words.html, str(TextOf(words.html))
        for line in filter(None, words.text.splitlines()):
            link = re.search(r"http\S+", line)
            said = line.removesuffix(link[0]).rstrip(": ") if link else line.strip("-: ")
            assert said.rstrip(":") in seen, line
            assert not link or f'href="{link[0]}"' in html


def test_the_html_names_its_language_and_that_of_the_quoted_words():
    case = make_routed_case(language="uk")
    ask(case)
    CaseParticipant.objects.update(language="uk")
    case.messages.filter(purpose="QUESTION").update(language="pl")

    html = told(case, "QUESTION").html

    assert '<html lang="uk"' in html
    assert '<blockquote lang="pl"' in html


def test_the_answer_of_the_department_is_quoted_as_it_was_written():
    case = make_routed_case(language="uk")
    answer = "Dziura <załatana> & posprzątane.\n\n  Pozdrawiamy"
    resolve(case, answer=answer)

    words = told(case, "RESOLVED")

    assert answer in words.text
    assert "Dziura &lt;załatana&gt; &amp; posprzątane.<br><br>  Pozdrawiamy" in words.html
    assert "Відповідь:" in words.text


def test_no_words_of_people_become_html():
    case = make_routed_case()
    wait_for(case_id=case.pk, body="<img src=x>", note="<script>", by=handler(), at=NOW)

    words = told(case, "WAITING_OTHER")

    assert "<img" not in words.html
    assert "<script" not in words.html
    assert "<img src=x>" in words.text


def test_the_confirmation_carries_number_link_pin_and_privacy_clause():
    case = make_case()
    participant = reporter_of(case)

    words = told(case, "RECEIVED")

    assert case.reference in words.text
    assert f"/track/{case.reference}/" in words.text
    assert phone_pin(participant) in words.text
    assert "Prezesa Urzędu Ochrony Danych Osobowych" in words.text
    assert "Ustalamy, kto się tym zajmie." in words.text


def test_the_pin_is_said_once_and_never_again():
    case = make_routed_case()
    resolve(case)

    assert phone_pin(reporter_of(case)) not in told(case, "RESOLVED").text


def test_a_day_is_promised_only_when_the_matter_is_settled():
    unread, settled = make_case(), make_settled_case()
    complaint = make_settled_case("road.pothole", Kind.COMPLAINT)

    assert "Odpowiemy do" not in told(unread, "RECEIVED").text
    assert settled.promise_due_at is not None
    day = timezone.localdate(settled.promise_due_at).day
    assert f"Odpowiemy do {day} listopada 2026 r." in told(settled, "RECEIVED").text
    # Received on 17 November: one month by KPA art. 237, which is a working Thursday.
    assert "Odpowiemy do 17 grudnia 2026 r." in told(complaint, "RECEIVED").text


def test_a_folded_notice_is_told_with_the_last_department():
    case = make_routed_case()
    department = Department.objects.get(code="pwik")
    reassign_case(case_id=case.pk, department=department, reason="To wodociąg.", by=handler(), at=NOW)

    words = told(case, "RECEIVED")

    assert department.name_pl in words.text
    assert "Ustalamy" not in words.text
    assert "To wodociąg." not in words.text


@pytest.mark.parametrize(
    ("outcome", "kind", "sentence"),
    [
        (Outcome.DONE, Kind.REPORT, "Zrobione."),
        (Outcome.ANSWERED, Kind.REPORT, "Mamy odpowiedź w Twojej sprawie."),
        (Outcome.NOT_CONFIRMED, Kind.REPORT, "Byliśmy na miejscu i nie potwierdziliśmy zgłoszenia."),
        (Outcome.DECLINED, Kind.REPORT, "Niestety, nie możemy tego zrobić."),
        (Outcome.UNEXAMINED, Kind.COMPLAINT, "Nie zajmiemy się tym pismem."),
        (
            Outcome.FORWARDED,
            Kind.REPORT,
            "To sprawa dla innego urzędu: Starosta. Wysłaliśmy ją tam 17 listopada 2026 r.",
        ),
    ],
)
def test_every_outcome_has_its_sentence_the_answer_and_the_way_back(outcome, kind, sentence):
    case = make_settled_case("road.pothole", kind)
    resolve(case, outcome, "Oto powód.", authority="Starosta")

    words = told(case, "RESOLVED")

    assert sentence in words.text
    assert "Oto powód." in words.text
    assert "otworzyć sprawę ponownie do 1 grudnia 2026 r." in words.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_was_merged_is_promised_no_reopening(language):
    survivor, merged = make_routed_case(language=language), make_routed_case(language=language)
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=desk(), at=NOW)
    resolve(survivor)

    last_day = "1 December|1 grudnia|1 грудня"
    assert re.search(last_day, told(survivor, "RESOLVED").text)
    assert not re.search(last_day, told(merged, "RESOLVED").text)


def test_who_is_taken_apart_is_told_from_what_and_by_when():
    survivor, merged = make_routed_case(), make_routed_case()
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=desk(), at=NOW)
    unmerge_case(case_id=merged.pk, by=desk(), at=NOW)

    words = told(merged, "UNMERGED")

    assert f"nie jest już połączone z {survivor.reference}" in words.text
    assert "Odpowiemy do" in words.text
    assert merged.reference in words.subject


def test_the_body_that_we_wait_for_is_named_once():
    case = make_routed_case()
    wait_for(case_id=case.pk, body="Energa", note="", by=handler(), at=NOW)

    assert told(case, "WAITING_OTHER").text.count("Energa") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_outcome_is_without_words_in_any_language(language):
    for outcome in set(Outcome) - {Outcome.SPAM}:
        case = make_settled_case("road.pothole", Kind.COMPLAINT, language=language)
        resolve(case, outcome, "Oto powód.", authority="Starosta")
        words = told(case, "RESOLVED")
        assert words.subject.removeprefix(f"[{case.reference}]").strip()
        assert words.text.split("\n\n")[1].strip()


def test_what_colleagues_say_among_themselves_stays_inside():
    case = make_routed_case()
    resolve(case)
    reopen_case(case_id=case.pk, reason="Wewnętrzny powód.", by=handler(), at=NOW)

    assert "Wewnętrzny" not in told(case, "REOPENED").text


def test_a_report_taken_down_by_an_agent_is_not_quoted_as_our_words():
    case = make_case("Słowa mieszkańca.", by=desk(), reporter=JAN)

    assert "Słowa mieszkańca." not in told(case, "RECEIVED").text


def test_a_lost_link_comes_by_mail():
    case = make_case()
    request_link(participant_id=reporter_of(case).pk, at=NOW)

    assert f"/track/{case.reference}/" in told(case, "LINK").text


def test_an_unknown_language_falls_back_to_polish():
    case = make_case(language="de")

    assert "Dzień dobry," in told(case, "RECEIVED").text


def test_the_language_of_the_worker_does_not_matter():
    case = make_routed_case(language="en")
    plan_all()

    with translation.override("uk"):
        words = told(case, "RECEIVED")
        assert translation.get_language() == "uk"

    assert "City Roads Authority is now looking after it." in words.text


def test_a_call_and_a_letter_read_well_by_themselves():
    call, letter = make_case(reporter=JAN), make_case(reporter=KOWAL)

    said, written = told(call, "RECEIVED").text, told(letter, "RECEIVED").text

    assert said.startswith("Dzień dobry. Dzwonię z Centrum Kontaktu")
    assert "http" not in said
    assert phone_pin(reporter_of(call)) in said
    assert "Jan Kowal\nul. Długa 1\n62-500 Konin\n" in written


def test_the_way_back_is_the_one_that_the_case_itself_allows():
    case = make_routed_case()
    resolve(case)
    case.refresh_from_db()
    plan_all()
    notice = next(n for n in notices_of(case) if n.event.kind == EventKind.RESOLVED)
    by = resident(reporter_of(case).pk)

    last_day = read_facts(notice, LATER).reopen_until

    assert case.may_reopen(by, last_day)
    assert not case.may_reopen(by, last_day + timedelta(days=1))


MACHINE_SAYS = {
    "pl": "Przekazaliśmy do: Zarząd Dróg Miejskich, bo piszesz o: dziura, jezdni. Wybrał to program.",
    "en": "because you write about: dziura, jezdni. A program chose this.",
    "uk": "бо ви пишете про: dziura, jezdni. Це вибрала програма.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_confirmation_says_why_the_machine_passed_it_on(language):
    said = told(make_machine_routed_case(language=language), "RECEIVED")
    sentence = MACHINE_SAYS[language]
    assert sentence in said.text
    assert sentence in str(TextOf(said.html))


def test_the_notice_of_passing_on_says_why_too():
    case = make_case(reporter=ANA)
    plan_all()
    Notice.objects.update(attempts=1)
    read_by_machine(case)
    assert MACHINE_SAYS["pl"] in told(case, "PASSED_ON").text


def test_where_a_person_passed_it_on_no_reason_of_the_machine_is_told():
    assert "program" not in told(make_routed_case(), "RECEIVED").text
    case = make_machine_routed_case()
    other, later = Department.objects.get(code="pwik"), NOW + timedelta(hours=1)
    plan_all()
    Notice.objects.update(attempts=1)
    reassign_case(case_id=case.pk, department=other, reason="Wodociąg.", by=handler(), at=later)
    assert "program" not in told(case, "PASSED_ON").text


def test_a_language_that_is_read_after_the_plan_is_spoken_all_the_same():
    case = make_case(language="")
    plan_all()
    CaseParticipant.objects.filter(case=case).update(language="uk")
    [notice] = notices_of(case)
    assert notice.language == ""
    assert notice.spoken_language == "uk"
    assert CYRILLIC.search(render(notice, LATER).subject)


CALL_US = {
    "pl": "zadzwo|telefonicz",
    "en": r"\bcall us\b|by phone|phone calls|you call\b",
    "uk": "зателефон|телефоном|телефонної",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_call_only_where_the_city_has_a_number(language, settings):
    walks = (walk_through_everything(language, reporter) for reporter in (ANA, JAN, KOWAL))
    # Each finds those of the walks before it, too.
    notices = {notice.pk: notice for walk in walks for notice in walk}.values()
    call_us = re.compile(CALL_US[language], re.IGNORECASE)
    settings.CITY_PHONE = ""
    assert [notice.kind for notice in notices if call_us.search(render(notice, LATER).text)] == []
    settings.CITY_PHONE = "63 000 00 00"
    inviting = {notice.kind for notice in notices if call_us.search(render(notice, LATER).text)}
    assert {"RECEIVED", "RESOLVED", "WITHDRAWN"} <= inviting
