"""The page of a case: who it opens to, what it tells, and what the resident may do there."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases.actors import staff
from cases.keys import tracking_key
from cases.models import Attachment, Case, CaseParticipant, Message, ReadLog
from cases.services.conversation import add_note, send_message
from cases.services.endings import resolve_case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases
from cases.services.privacy import revoke_link
from cases.services.workflow import ask_resident, classify_case, plan_work
from cases.states import Outcome, Status
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import make_case, make_routed_case, make_settled_case, reporter_of
from tests.readings import make_machine_routed_case

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def handler():
    return staff(staff_member(Role.HANDLER))


def dispatcher():
    return staff(staff_member(Role.DISPATCHER))


def resolved_case(days_ago: int = 0) -> Case:
    case = make_routed_case()
    at = timezone.now() - timedelta(days=days_ago)
    return resolve_case(
        case_id=case.pk, outcome=Outcome.DONE, answer="Dziura jest zasypana.", by=handler(), at=at
    )


def test_the_key_opens_the_page_and_the_reading_is_logged(client, page_of):
    case = make_case()
    response = client.get(page_of(case))
    assert response.status_code == 200
    assert case.description in text_of(response)
    log = ReadLog.objects.get()
    assert (log.case, log.participant, log.reason) == (case, reporter_of(case), "TRACKING_PAGE")


def test_a_program_that_only_asks_for_the_head_of_a_page_is_no_reader(client, page_of):
    case = make_case()
    for part in ((), ("wishes",)):
        assert client.head(page_of(case, *part)).status_code == 200
    assert not ReadLog.objects.exists()


def test_the_page_is_kept_by_nobody_and_its_address_told_to_nobody(client, page_of):
    headers = client.get(page_of(make_case())).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in headers["X-Robots-Tag"]


ENGLISH = {"Accept-Language": "en"}
PAGES = ["track", "received", "withdraw", "reopen", "confirm"]


@pytest.mark.parametrize("page", PAGES)
def test_a_wrong_key_opens_nothing_and_offers_the_way_back(client, page):
    case, other = make_case(), make_case()
    address = reverse(f"portal:{page}", args=[case.reference, tracking_key(reporter_of(other))])
    for response in (client.get(address), client.post(address)):
        if response.status_code == 405:
            continue
        assert response.status_code == 404
        assert f'href="{reverse("portal:find")}"' in text_of(response)
        assert case.description not in text_of(response)


def test_a_revoked_key_opens_nothing(client, page_of):
    case = make_case()
    old = page_of(case)
    revoke_link(participant_id=reporter_of(case).pk, by=dispatcher(), at=timezone.now())
    assert client.get(old).status_code == 404
    assert client.get(page_of(case)).status_code == 200


@pytest.mark.parametrize(
    "address", ["/track/x/y/", "/track/KON-2026-000001-0/%00/", "/track/KON-2026-000001-0/ż/"]
)
def test_nonsense_in_the_address_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_the_page_tells_what_the_city_wrote_and_no_notes(client, page_of):
    case = make_routed_case()
    send_message(case_id=case.pk, body="Jedziemy obejrzeć.", by=handler(), at=timezone.now())
    add_note(case_id=case.pk, body="The resident is difficult.", by=handler(), at=timezone.now())
    page = text_of(client.get(page_of(case)))
    assert "Jedziemy obejrzeć." in page
    assert "difficult" not in page
    assert "Zarząd Dróg Miejskich" in page


def test_a_date_is_told_once_category_and_kind_are_settled(client, page_of):
    assert make_case().promise_due_at is None
    case = make_settled_case()
    due = timezone.localtime(case.promise_due_at)
    assert f"{due.day} listopada {due.year}" in text_of(client.get(page_of(case)))


def test_the_live_part_alone_is_what_htmx_gets(client, page_of):
    case = make_case()
    whole = text_of(client.get(page_of(case)))
    part = text_of(client.get(page_of(case), headers={"HX-Request": "true"}))
    assert f'data-live-url="/ws/track/{case.reference}/' in whole
    assert part.startswith('<div id="story"')
    assert "<textarea" not in part


def test_the_panel_quotes_a_long_question_shortly_and_the_conversation_has_it_all(client, page_of):
    case, at = make_routed_case(), timezone.now()
    question = "Który to pas? " * 60 + "Koniec."
    ask_resident(case_id=case.pk, question=question, answer_by=timezone.localdate(at), by=handler(), at=at)
    state, rest = text_of(client.get(page_of(case))).split('id="words"')
    assert "Który to pas? Który to pas?" in state
    assert "Koniec." not in state
    # Between two words.
    assert re.search(r"pas\?…|to…|Który…", state)
    assert "Koniec." in rest


def test_an_answer_goes_to_the_case_and_ends_the_waiting(client, page_of):
    case = make_routed_case()
    at = timezone.now()
    answer_by = timezone.localdate(at) + timedelta(days=7)
    ask_resident(case_id=case.pk, question="Który pas?", answer_by=answer_by, by=handler(), at=at)

    page = text_of(client.get(page_of(case)))
    state = page.split('id="words"')[0]
    assert "Który pas?" in state
    assert 'href="#write"' in state
    assert '<h2 id="write">' in page.split('id="words"')[1]

    response = client.post(page_of(case), {"token": str(uuid.uuid4()), "body": "Prawy pas."})

    assert response.url == page_of(case)
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED
    state, words = text_of(client.get(page_of(case))).split('id="words"')
    assert "Prawy pas." in words
    assert "Który pas?" not in state


def test_a_double_answer_is_one_and_another_text_is_another(client, page_of):
    case, token = make_case(), str(uuid.uuid4())
    for body in ("First.", "First.", "Second."):
        client.post(page_of(case), {"token": token, "body": body})
    replies = Message.objects.filter(purpose="REPLY").order_by("id")
    assert [reply.body for reply in replies] == ["First.", "Second."]


def test_an_empty_answer_is_refused_and_a_photo_alone_is_one(client, page_of, photo):
    case = make_case()
    refused = client.post(page_of(case), {"token": str(uuid.uuid4()), "body": " "})
    assert refused.status_code == 422
    assert 'id="id_body_error"' in text_of(refused)
    client.post(page_of(case), {"token": str(uuid.uuid4()), "body": "", "photos": [photo()]})
    assert Attachment.objects.get(message__purpose="REPLY").case == case


def test_own_files_open_with_safe_headers_and_without_metadata(client, page_of, photo):
    case = make_case()
    client.post(page_of(case), {"token": str(uuid.uuid4()), "photos": [photo()]})
    row = Attachment.objects.get()

    response = client.get(page_of(case, "file", row.pk, row.name))

    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get(page_of(make_case(), "file", row.pk, row.name)).status_code == 404
    assert client.get(page_of(case, "file", row.pk, "other.png")).status_code == 404


def test_a_document_is_saved_not_shown(client, page_of):
    from_pdf = b"%PDF-1.4\n%%EOF\n"
    case = make_case()
    upload = _pdf(from_pdf)
    client.post(page_of(case), {"token": str(uuid.uuid4()), "photos": [upload]})
    row = Attachment.objects.get()
    response = client.get(page_of(case, "file", row.pk, row.name))
    assert b"".join(response.streaming_content) == from_pdf
    assert response.headers["Content-Disposition"].startswith("attachment")


def _pdf(data: bytes):
    return SimpleUploadedFile("letter.pdf", data, content_type="application/pdf")


def test_the_resident_confirms_and_the_case_closes(client, page_of):
    case = resolved_case()
    assert page_of(case, "confirm") in text_of(client.get(page_of(case)))
    client.post(page_of(case, "confirm"))
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert client.get(page_of(case, "confirm")).status_code == 405
    # A second click says that there is nothing to do.
    assert client.post(page_of(case, "confirm")).status_code == 302


def test_the_resident_reopens_with_a_reason(client, page_of):
    case = resolved_case(days_ago=14)
    refused = client.post(page_of(case, "reopen"), {"version": case.version, "reason": ""})
    assert refused.status_code == 422
    client.post(page_of(case, "reopen"), {"version": case.version, "reason": "Znów jest dziura."})
    case.refresh_from_db()
    assert (case.status, case.reopened_count) == (Status.ASSIGNED, 1)
    assert "Znów jest dziura." in text_of(client.get(page_of(case)))


def test_after_the_window_nobody_but_the_staff_reopens(client, page_of):
    case = resolved_case(days_ago=15)
    assert page_of(case, "reopen") not in text_of(client.get(page_of(case)))
    response = client.post(page_of(case, "reopen"), {"version": case.version, "reason": "Still there."})
    assert response.url == page_of(case)
    case.refresh_from_db()
    assert case.status == Status.RESOLVED


def test_a_follower_is_offered_neither_to_close_nor_to_reopen(client):
    """DESIGN §3: whoever only hears of a case is promised nothing that she cannot do."""
    case = resolved_case()
    follower = CaseParticipant.objects.create(
        case=case, role="FOLLOWER", name="Jan", created_at=timezone.now()
    )
    args = [case.reference, tracking_key(follower)]
    page = text_of(client.get(reverse("portal:track", args=args), headers=ENGLISH))
    assert reverse("portal:confirm", args=args) not in page
    assert reverse("portal:reopen", args=args) not in page
    assert "You can open the report again" not in page
    assert client.get(reverse("portal:reopen", args=args)).status_code == 302
    client.post(reverse("portal:confirm", args=args))
    case.refresh_from_db()
    assert case.status == Status.RESOLVED


def test_a_form_made_on_an_older_state_shows_the_new_one_and_keeps_the_words(client, page_of, value_of):
    case = make_case()
    seen = case.version
    send_message(case_id=case.pk, body="Pytanie.", by=dispatcher(), at=timezone.now())

    stale = client.post(page_of(case, "withdraw"), {"version": seen, "reason": "Not needed."})

    assert stale.status_code == 409
    assert "Not needed." in text_of(stale)
    case.refresh_from_db()
    assert case.status == Status.NEW
    form = {"version": value_of(stale, "version"), "reason": "Not needed."}
    assert client.post(page_of(case, "withdraw"), form).status_code == 302
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN


def test_withdrawing_needs_no_reason(client, page_of):
    case = make_case()
    client.post(page_of(case, "withdraw"), {"version": case.version, "reason": ""})
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert "reopen" not in text_of(client.get(page_of(case)))


def test_a_danger_stays_when_the_person_withdraws(client, page_of):
    case = make_case()
    case = classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="road.manhole"),
        kind=Kind.REPORT,
        urgency=Urgency.DANGER,
        by=dispatcher(),
        at=timezone.now(),
    )
    address = page_of(case)
    response = client.post(page_of(case, "withdraw"), {"version": case.version, "reason": ""})
    assert response.url == reverse("portal:left")
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert reporter_of(case).detached_at is not None
    assert client.get(address).status_code == 404


def test_a_merged_case_tells_of_the_survivor_and_not_of_its_people(client, page_of):
    survivor = make_routed_case(description="Words of the first person.")
    case = make_settled_case(description="Words of the second person.")
    client.post(page_of(survivor), {"token": str(uuid.uuid4()), "body": "A secret of the first."})
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=dispatcher(), at=timezone.now())

    page = text_of(client.get(page_of(case)))
    assert survivor.reference in page
    assert "Zarząd Dróg Miejskich" in page
    assert "Words of the second person." in page
    assert "Words of the first person." not in page
    assert "A secret" not in page

    resolve_case(
        case_id=survivor.pk, outcome=Outcome.DONE, answer="Naprawione.", by=handler(), at=timezone.now()
    )
    assert "Naprawione." in text_of(client.get(page_of(case)))


def test_who_was_merged_is_promised_no_reopening_and_may_leave(client, page_of):
    survivor, case = make_routed_case(), make_routed_case()
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=dispatcher(), at=timezone.now())
    resolve_case(
        case_id=survivor.pk, outcome=Outcome.DONE, answer="Naprawione.", by=handler(), at=timezone.now()
    )
    assert "open the report again" in text_of(client.get(page_of(survivor), headers=ENGLISH))
    page = text_of(client.get(page_of(case), headers=ENGLISH))
    assert "open the report again" not in page
    assert "Write to us below" in page

    case.refresh_from_db()
    response = client.post(page_of(case, "withdraw"), {"version": case.version, "reason": ""})
    assert response.url == reverse("portal:left")
    assert reporter_of(case).detached_at is not None
    case.refresh_from_db()
    assert case.status == Status.MERGED


def test_what_the_other_household_was_asked_is_not_asked_of_who_was_merged(client, page_of):
    survivor, case = make_routed_case(), make_routed_case()
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=dispatcher(), at=timezone.now())
    day = timezone.localdate() + timedelta(days=7)
    ask_resident(case_id=survivor.pk, question="?", answer_by=day, by=handler(), at=timezone.now())
    assert "need your answer" in text_of(client.get(page_of(survivor), headers=ENGLISH))
    page = text_of(client.get(page_of(case), headers=ENGLISH))
    assert "need your answer" not in page
    assert "Waiting for your reply" not in page


def test_a_planned_day_that_has_passed_is_no_promise_any_more(client, page_of):
    case = make_routed_case()
    planned_at = timezone.now() - timedelta(days=9)
    day = timezone.localdate(planned_at) + timedelta(days=2)
    plan_work(case_id=case.pk, planned_for=day, note="", by=handler(), at=planned_at)
    page = text_of(client.get(page_of(case), headers=ENGLISH))
    assert "We will do it by" not in page
    assert "are late. We are sorry" in page


def test_a_day_for_the_answer_that_has_passed_still_lets_her_answer(client, page_of):
    case = make_routed_case()
    asked_at = timezone.now() - timedelta(days=9)
    day = timezone.localdate(asked_at) + timedelta(days=2)
    ask_resident(case_id=case.pk, question="?", answer_by=day, by=handler(), at=asked_at)
    page = text_of(client.get(page_of(case), headers=ENGLISH))
    assert "Please answer by" not in page
    assert "You can still answer" in page


def test_spam_is_called_closed(client, page_of):
    case = make_case()
    resolve_case(case_id=case.pk, outcome=Outcome.SPAM, answer="", by=dispatcher(), at=timezone.now())
    page = client.get(page_of(case), headers={"Accept-Language": "en"})
    assert "spam" not in text_of(page).lower()


def test_whoever_writes_without_end_is_asked_to_pause_and_keeps_the_words(client, page_of, settings):
    case = make_case()
    answers = [
        client.post(page_of(case), {"token": str(uuid.uuid4()), "body": f"Message {n}."}) for n in range(31)
    ]
    assert answers[-2].status_code == 302
    assert answers[-1].status_code == 429
    assert "Message 30." in text_of(answers[-1])


def test_the_draft_of_a_reply_is_kept_until_it_is_sent(client, page_of):
    case = make_routed_case()
    mark = f'data-draft="reply-{case.reference}"'
    assert mark in text_of(client.get(page_of(case)))
    send_message(case_id=case.pk, body="Byliśmy tam.", by=handler(), at=timezone.now())
    page = text_of(client.get(page_of(case)))
    assert mark in page
    assert "data-draft-clear" not in page
    sent = client.post(page_of(case), {"body": "Dziękuję", "token": str(uuid.uuid4())}, follow=True)
    assert f'data-draft-clear="reply-{case.reference}"' in text_of(sent)
    assert "data-draft-clear" not in text_of(client.get(page_of(case)))


def test_who_left_a_phone_alone_follows_and_answers_by_her_link(client, page_of):
    case = make_routed_case(reporter=Reporter(phone="600100200"))
    for page in ("track", "received", "withdraw"):
        assert client.get(page_of(case, page)).status_code == 200
    answer = client.post(page_of(case), {"body": "Jest gorzej.", "token": str(uuid.uuid4())}, follow=True)
    assert "Jest gorzej." in text_of(answer)
    confirmation = text_of(client.get(page_of(case, "received")))
    assert "600100200" in confirmation


def test_says_why_the_machine_passed_it_on_and_where_to_read_more(client, page_of):
    page = text_of(client.get(page_of(make_machine_routed_case())))
    assert "Przekazaliśmy do: Zarząd Dróg Miejskich, bo piszesz o: dziura, jezdni." in page
    assert f'href="{reverse("portal:sorting")}"' in page.split('id="words"')[0]


def test_gives_no_reason_of_the_machine_where_a_person_decided(client, page_of):
    page = text_of(client.get(page_of(make_routed_case())))
    assert "bo piszesz o" not in page
    assert reverse("portal:sorting") not in page.split('id="words"')[0]


def test_the_words_of_one_person_are_no_reason_on_the_page_of_another(client, page_of):
    survivor, case = make_machine_routed_case(), make_machine_routed_case()
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=dispatcher(), at=timezone.now())
    assert "bo piszesz o" not in text_of(client.get(page_of(case)))


def test_a_day_that_was_told_and_moves_stands_on_the_timeline(client, page_of):
    case = make_settled_case()
    assert "Podaliśmy inny termin" not in text_of(client.get(page_of(case)))
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="road.pothole"),
        kind=Kind.COMPLAINT,
        urgency=Urgency.NORMAL,
        by=dispatcher(),
        at=timezone.now(),
    )

    assert "Podaliśmy inny termin odpowiedzi: 17 grudnia 2026" in text_of(client.get(page_of(case)))
