"""The page of one case: what it shows to whom, and what is written down about looking at it."""

import html
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases.actors import SYSTEM_ACTOR, resident, staff
from cases.files import store_file
from cases.models import Attachment, Case, CaseEvent, EventKind, Prediction, ReadLog, ReadReason
from cases.models.codes import Held
from cases.services.conversation import add_note
from cases.services.intake import Place
from cases.services.privacy import exclude
from classifiers.types import CategorySuggestion, NonCaseFinding, Word
from contact_centre.web.system_notes import Remark, as_body
from routing.models import Category, Department, Role, Street
from tests.cast import outsider, staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.readings import make_machine_routed_case, understanding
from tests.readings import read_by_machine as record_reading

pytestmark = pytest.mark.django_db


def page_of(case: Case) -> str:
    return reverse("desk:case", args=[case.reference])


def names(answer) -> set[str]:
    return {act.step.name for act in answer.context["acts"]}


def picture() -> "ContentFile[bytes]":
    out = BytesIO()
    Image.new("RGB", (40, 30), (10, 90, 30)).save(out, "JPEG")
    return ContentFile(out.getvalue())


def case_with_file(category: str = "wreck") -> tuple[Case, Attachment]:
    case = make_routed_case(category=category, files=[store_file(picture(), original_name="hole.jpg")])
    return case, case.attachments.get()


def test_shows_conversation_timeline_people_and_clocks(desk):
    case = make_routed_case()
    add_note(case_id=case.pk, body="Byliśmy tam wczoraj.", by=staff(staff_member(Role.AGENT)), at=NOW)
    answer = desk(Role.HANDLER).get(page_of(case))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert [bubble.side for bubble in answer.context["bubbles"]] == ["resident", "internal"]
    assert len(answer.context["lines"]) == case.events.count()
    assert "ana@example.org" in page
    assert "600100200" in page
    assert answer.context["promise"] is not None
    assert f'data-live-url="/ws/desk/{case.reference}/"' in page


def test_shows_when_and_where_a_photo_was_taken_to_those_who_may_read_evidence(desk):
    case, attachment = case_with_file()
    Attachment.objects.filter(pk=attachment.pk).update(
        taken_at=NOW + timedelta(minutes=3), taken_lat=52.22319, taken_lon=18.25083
    )
    assert "52.22319, 18.25083" in desk(Role.HANDLER).get(page_of(case)).content.decode()
    assert "09:03" in desk(Role.HANDLER).get(page_of(case)).content.decode()
    assert "52.22319" not in desk(Role.CREW).get(page_of(case)).content.decode()
    assert "52.22319" not in desk(Role.AGENT).get(page_of(case)).content.decode()


def test_does_not_exist_for_other_departments_and_excluded_people(desk, client):
    case = make_routed_case("zdm")
    client.force_login(outsider())
    assert client.get(page_of(case)).status_code == 404
    head = staff(staff_member(Role.HEAD))
    exclude(
        case_id=case.pk, user=staff_member(Role.HANDLER), reason="Skarga dotyczy tej osoby.", by=head, at=NOW
    )
    assert desk(Role.HANDLER).get(page_of(case)).status_code == 404
    assert desk(Role.MANAGER).get(page_of(case)).status_code == 200
    assert desk(Role.MANAGER).get("/desk/case/KON-2026-999999-9/").status_code == 404


def test_writes_down_every_look_but_not_the_refreshes_of_the_open_page(desk):
    case = make_routed_case()
    browser = desk(Role.HANDLER)
    browser.get(page_of(case))
    log = ReadLog.objects.get()
    assert (log.case_id, log.user, log.reason) == (case.pk, staff_member(Role.HANDLER), ReadReason.CASE_PAGE)
    part = browser.get(page_of(case), headers={"HX-Request": "true"}).content.decode()
    assert ReadLog.objects.count() == 1
    assert part.strip().startswith('<div class="stack" id="case-body"')
    assert part.count("hx-swap-oob") == 3


def test_no_header_of_a_browser_keeps_a_look_from_being_written_down(desk):
    """DESIGN 4.15: reading personal data is logged; a page that stays open for days is more than one reading."""
    case, browser = make_routed_case(), desk(Role.HANDLER)
    browser.get(page_of(case), headers={"HX-Request": "true"})
    browser.get(page_of(case), headers={"HX-Request": "true"})
    assert ReadLog.objects.filter(reason=ReadReason.CASE_PAGE, case=case).count() == 1
    ReadLog.objects.update(read_at=timezone.now() - timedelta(hours=2))
    browser.get(page_of(case), headers={"HX-Request": "true"})
    assert ReadLog.objects.filter(reason=ReadReason.CASE_PAGE, case=case).count() == 2


def test_explains_the_route(desk):
    case = make_routed_case()
    event = CaseEvent.objects.filter(case=case)[0]
    pothole, light = Category.objects.get(code="road.pothole"), Category.objects.get(code="light")
    Prediction.objects.create(
        case=case,
        event=event,
        model_version="m-1",
        language="pl",
        suggestions=[
            {
                "code": pothole.code,
                "probability": 0.91,
                "words": [{"text": "dziura", "start": 0, "end": 6, "share": 1}],
            },
            {"code": light.code, "probability": 0.05, "words": []},
        ],
        findings={
            "kind": {"kind": "REPORT", "may_be_legal": False, "words": []},
            "urgency": {},
            "place": None,
        },
        reasons=[{"code": "CATEGORY_DEFAULT", "rule": None, "words": []}],
        department=Department.objects.get(code="zdm"),
        was_routed=True,
        created_at=NOW,
    )
    page = desk(Role.HANDLER).get(page_of(case)).content.decode()
    assert pothole.name in page
    assert "dziura" in page
    assert f"{pothole.name} (91 %): dziura 100 %." in page
    assert "m-1" in page


def read_by_machine(case: Case, *, department: str = "", **kind) -> None:
    """A prediction: a street light most likely, a pothole less."""
    light, pothole = Category.objects.get(code="light"), Category.objects.get(code="road.pothole")
    found = {"kind": "REPORT", "may_be_legal": False, "words": [{"text": "lampa"}]} | kind
    Prediction.objects.create(
        case=case,
        event=CaseEvent.objects.filter(case=case)[0],
        model_version="m-1",
        language="pl",
        suggestions=[
            {"code": light.code, "probability": 0.83, "words": [{"text": "latarnia"}]},
            {"code": pothole.code, "probability": 0.07, "words": []},
            {"code": "gone.long.ago", "probability": 0.05, "words": []},
        ],
        findings={"kind": found, "urgency": {}, "place": None},
        reasons=[],
        department=Department.objects.get(code=department) if department else None,
        created_at=NOW,
    )


def act_of(answer, name: str):
    return next(act for act in answer.context["acts"] if act.step.name == name)


def unrestricted(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(is_restricted=False)
    return Case.objects.get(pk=case.pk)


def test_decides_nothing_in_advance_and_offers_what_the_machine_read(desk):
    case = unrestricted(make_case())
    read_by_machine(case)
    answer = desk(Role.DISPATCHER).get(page_of(case))
    act = act_of(answer, "classify")
    assert (act.form["category"].value(), act.form["kind"].value()) == ("", "")
    assert [(offer.field, offer.value, offer.per_cent) for offer in act.offers] == [
        ("category", "light", 83),
        ("category", "road.pothole", 7),
        ("kind", "REPORT", None),
    ]
    page = answer.content.decode()
    assert 'name="accept" value="category:light"' in page
    assert 'data-fill="id_classify_category"' in page


def test_offers_no_kind_while_the_case_may_be_a_matter_of_law(desk):
    case = make_case(category=Category.objects.get(code="road.pothole"))
    read_by_machine(case)
    act = act_of(desk(Role.DISPATCHER).get(page_of(case)), "classify")
    # The resident's own category stands; that it is a mere report is nobody's decision yet.
    assert (act.form["category"].value(), act.form["kind"].value(), act.offers) == ("road.pothole", "", ())


def test_demands_that_a_person_chooses(take):
    case = make_case()
    answer = take(Role.DISPATCHER, case, "classify", category="", kind="", urgency="NORMAL")
    assert answer.status_code == 422
    assert set(answer.context["bound"].errors) == {"category", "kind"}


def test_accepts_an_offer_without_scripts_and_decides_nothing(take, hidden_of):
    case = make_case()
    read_by_machine(case)
    seen = hidden_of(Role.DISPATCHER, case, "classify")
    data = seen | {"category": "", "kind": "PROPOSAL", "urgency": "URGENT", "accept": "category:light"}
    answer = take(Role.DISPATCHER, case, "classify", **data)
    assert answer.status_code == 200
    act = act_of(answer, "classify")
    assert act.is_open
    values = {name: act.form[name].value() for name in ("category", "kind", "urgency", "version", "seen")}
    assert values == seen | {"category": "light", "kind": "PROPOSAL", "urgency": "URGENT"}
    assert not act.form.errors
    case.refresh_from_db()
    assert case.category is None
    forged = take(Role.DISPATCHER, case, "classify", **(data | {"accept": "urgency:DANGER"}))
    assert act_of(forged, "classify").form["urgency"].value() == "URGENT"


@pytest.mark.parametrize(
    ("category", "proposed", "kept_away", "chosen"),
    [
        ("light", "straz_miejska", "", "straz_miejska"),
        ("road.pothole", "straz_miejska", "", "zdm"),
        (None, "straz_miejska", "", "straz_miejska"),
        (None, "", "", None),
        (None, "straz_miejska", "straz_miejska", None),
    ],
)
def test_begins_with_the_department_that_was_proposed(desk, category, proposed, kept_away, chosen):
    case = make_case()
    Case.objects.filter(pk=case.pk).update(category=Category.objects.get(code=category) if category else None)
    read_by_machine(case, department=proposed)
    if kept_away:
        away = Department.objects.get(code=kept_away)
        exclude(case_id=case.pk, department=away, reason="X", by=staff(staff_member(Role.HEAD)), at=NOW)
    form = act_of(desk(Role.DISPATCHER).get(page_of(case)), "route").form
    expected = Department.objects.get(code=chosen).pk if chosen else None
    assert form["department"].value() == expected


def test_marks_a_place_that_was_only_read_from_the_words(desk, in_english):
    street = Street.objects.get(name="Dworcowa")
    read = record_reading(make_case(place=Place()), is_routed=False, street=street, house_number="5a")
    typed = record_reading(make_case(), is_routed=False, street=street)
    pages = [desk(Role.DISPATCHER).get(page_of(case)).content.decode() for case in (read, typed)]
    assert "ul. Dworcowa 5a</span>" in pages[0]
    assert ["as read from the words" in page for page in pages] == [True, False]


def test_says_why_it_was_left_for_a_person(desk, in_english):
    found = understanding(noncase=NonCaseFinding("SPAM", 0.9, (Word("kup", 0, 3, 1.0),)), is_sure=False)
    case = record_reading(make_case(), found, is_routed=False, held=(Held.UNSURE, Held.NO_CASE))
    page = html.unescape(desk(Role.DISPATCHER).get(page_of(case)).content.decode())
    assert "Left for a person, because:" in page
    assert "no category is as sure as it has to be" in page
    assert 'no matter for the city at all <span class="soft">(kup)</span>' in page
    assert "(91 %): dziura 62 %, jezdni 30 %." in page


@pytest.mark.parametrize(
    ("outcome", "says"),
    [("DONE", "confirmed it by ending the case."), ("SPAM", "ended it as spam.")],
)
def test_does_not_call_it_a_decision_when_somebody_ends_what_the_machine_passed_on(
    take, desk, in_english, outcome, says
):
    case = make_machine_routed_case()
    take(Role.HANDLER, case, "resolve", outcome=outcome, answer="Naprawione.", authority="")
    page = html.unescape(desk(Role.HANDLER).get(page_of(case)).content.decode())
    assert f"{staff_member(Role.HANDLER)} {says}" in page
    assert "decided category and kind" not in page


def test_says_who_decided_category_and_kind(take, desk, in_english):
    case = make_machine_routed_case()
    data = {"category": "road.pavement", "kind": "REPORT", "urgency": "NORMAL"}
    take(Role.HANDLER, case, "classify", **data)
    take(Role.HANDLER, case, "resolve", outcome="DONE", answer="Naprawione.", authority="")
    page = html.unescape(desk(Role.HANDLER).get(page_of(case)).content.decode())
    assert f"{staff_member(Role.HANDLER)} decided category and kind." in page


def test_shows_no_category_at_nought_per_cent(desk, in_english):
    unlikely = CategorySuggestion("light", 0.004, ())
    found = understanding(categories=(*understanding().categories, unlikely), is_sure=False)
    case = record_reading(make_case(), found, is_routed=False, held=(Held.UNSURE,))
    page = desk(Role.DISPATCHER).get(page_of(case)).content.decode()
    guesses = page.split('class="guesses"')[1].split("</div>")[0]
    assert re.findall(r"<span>(\d+) %</span>", guesses) == ["91"]
    assert Category.objects.get(code="light").name not in guesses


@pytest.mark.parametrize(
    ("kind", "says", "shows_words"),
    [("COMPLAINT", "may be a matter of law", True), ("REPORT", "not sure that it is only a report", False)],
)
def test_says_what_the_words_speak_for(desk, in_english, kind, says, shows_words):
    case = make_case()
    read_by_machine(case, kind=kind, may_be_legal=True)
    page = desk(Role.DISPATCHER).get(page_of(case)).content.decode()
    assert says in page
    assert ("(lampa)" in page) == shows_words


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        (
            Role.AGENT,
            {"take", "classify", "resolve", "merge", "note"},
            {"start", "plan", "exclude", "return"},
        ),
        (Role.DISPATCHER, {"take", "start", "reassign", "exclude", "withdraw"}, {"route", "reopen"}),
        (
            Role.HANDLER,
            {"take", "start", "plan", "ask", "wait", "reassign", "return", "resolve"},
            {"exclude"},
        ),
        (Role.CREW, {"take", "start", "resolve", "note"}, {"plan", "reassign", "merge", "classify"}),
        (Role.MANAGER, {"start", "plan", "merge", "withdraw"}, {"exclude", "unmerge"}),
    ],
)
def test_offers_what_the_role_may_do_in_this_state(desk, role, offered, withheld):
    answer = desk(role).get(page_of(make_routed_case()))
    assert offered <= names(answer)
    assert not withheld & names(answer)


def test_leaves_routing_of_a_matter_of_law_to_dispatchers(desk):
    case = make_case()
    Case.objects.filter(pk=case.pk).update(logged_by=staff_member(Role.AGENT))
    assert "route" not in names(desk(Role.AGENT).get(page_of(case)))
    assert "route" in names(desk(Role.DISPATCHER).get(page_of(case)))


def test_says_why_nobody_can_be_asked(desk):
    case = make_routed_case()
    case.participants.update(channel="NONE", email="", phone="")
    answer = desk(Role.HANDLER).get(page_of(case))
    hindered = {act.step.name for act in answer.context["acts"] if act.is_hindered}
    assert hindered == {"ask", "message"}


def test_revokes_a_tracking_link(desk):
    case = make_routed_case()
    participant = reporter_of(case)
    address = reverse("desk:revoke_link", args=[case.reference, participant.pk])
    assert desk(Role.CREW).post(address).status_code == 404
    assert desk(Role.HANDLER).post(address).status_code == 302
    participant.refresh_from_db()
    assert participant.key_version == 2
    assert case.events.filter(kind=EventKind.LINK_REVOKED).exists()


def test_does_not_revoke_a_link_of_another_case(desk):
    case, other = make_routed_case(), make_routed_case()
    address = reverse("desk:revoke_link", args=[case.reference, reporter_of(other).pk])
    assert desk(Role.HANDLER).post(address).status_code == 404
    assert reporter_of(other).key_version == 1


def test_gives_the_clean_copy_to_all_and_the_original_to_few(desk, client):
    case, row = case_with_file()
    shown = desk(Role.CREW).get(reverse("desk:file", args=[row.pk]))
    assert shown.status_code == 200
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
    assert desk(Role.CREW).get(reverse("desk:original", args=[row.pk])).status_code == 404
    original = desk(Role.HANDLER).get(reverse("desk:original", args=[row.pk]))
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(original.streaming_content)[:2] == b"\xff\xd8"
    assert list(ReadLog.objects.order_by("id").values_list("reason", "detail")) == [
        (ReadReason.FILE, f"{row.pk} display"),
        (ReadReason.FILE, f"{row.pk} original"),
    ]
    client.force_login(outsider())
    assert client.get(reverse("desk:file", args=[row.pk])).status_code == 404
    assert reverse("desk:original", args=[row.pk]) not in desk(Role.CREW).get(page_of(case)).content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The mail names the case"), ("uk", "Лист посилається на справу")]
)
def test_reads_notes_of_the_machine_in_the_readers_language(desk, client, language, words):
    other, case = make_case(), make_routed_case()
    body = as_body([(Remark.NAMES_CASE, other.reference)])
    add_note(case_id=case.pk, body=body, by=SYSTEM_ACTOR, at=NOW)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    link = f'href="{page_of(other)}"'
    for role, is_linked in ((Role.DISPATCHER, True), (Role.HANDLER, False)):
        page = desk(role).get(page_of(case)).content.decode()
        assert f"{words} {other.reference}" in page
        assert (link in page) == is_linked
        assert "NAMES_CASE" not in page


def test_hands_out_no_original_of_a_photo_that_is_no_evidence(desk):
    case, row = case_with_file("road.pothole")
    page = desk(Role.HANDLER).get(page_of(case)).content.decode()
    assert reverse("desk:file", args=[row.pk]) in page
    assert reverse("desk:original", args=[row.pk]) not in page
    assert desk(Role.HANDLER).get(reverse("desk:original", args=[row.pk])).status_code == 404
    shown = desk(Role.HANDLER).get(reverse("desk:file", args=[row.pk]))
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"


def test_offers_the_originals_that_are_kept_and_no_empty_links(desk):
    files = [store_file(picture(), original_name="hole.jpg")]
    files.append(store_file(BytesIO(b"%PDF-1.4\n%%EOF\n"), original_name="paper.pdf"))
    case = make_routed_case(files=files)
    answer = desk(Role.HANDLER).get(page_of(case))
    bubble = answer.context["bubbles"][0]
    assert [file.name for file in bubble.originals] == ["paper.pdf"]
    assert 'href=""' not in answer.content.decode()


def test_shows_hostile_words_as_words(desk):
    case = make_case("<script>alert(1)</script>\u202egpj.exe", by=resident(None))
    page = desk(Role.DISPATCHER).get(page_of(case)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
