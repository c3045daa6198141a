"""Rules about senders, proposed and approved at the inbox of the desk (EMAIL §3)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from contact_centre.intake import effects, store
from contact_centre.intake.loading import load_mailboxes
from contact_centre.intake.models import (
    Mailbox,
    RawChannel,
    RawMessage,
    Reason,
    RuleAction,
    RuleField,
    SenderRule,
)
from contact_centre.intake.process import process, receive
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import STRANGER, settled
from tests.contact_centre.intake.mails import mail
from tests.contact_centre.intake.put_aside import (
    DECIDE,
    kept_from_the_agent,
    page,
    spam,
)
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
INBOX, RULES = reverse("intake:inbox"), reverse("intake:rules")
LATER = NOW + timedelta(days=3)


@pytest.fixture
def in_english(client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def wish(pattern: str, field: RuleField = RuleField.ADDRESS, **more: str) -> dict[str, str]:
    last = str(timezone.localdate() + timedelta(days=30))
    return {
        "field": field,
        "pattern": pattern,
        "action": RuleAction.SPAM,
        "reason": "Zalewa nas reklamą.",
        "last_date": last,
    } | more


@pytest.fixture
def recent() -> list[RawMessage]:
    """Three mails of the last days and one of last year, of one domain; two addresses."""
    rows = [
        settled(mail("Reklama", subject=f"Reklama {n}", sender=sender))
        for n, sender in enumerate(("a@spam.example", "b@x.spam.example", "a@spam.example", "a@spam.example"))
    ]
    now = timezone.now()
    RawMessage.objects.filter(pk__in=[row.pk for row in rows]).update(received_at=now - timedelta(days=2))
    RawMessage.objects.filter(pk=rows[0].pk).update(received_at=now - timedelta(days=91))
    settled(mail("Dziura", sender="a@notspam.example"))
    return rows


def test_the_sender_of_a_mail_is_filled_in(desk):
    row = spam()
    browser = desk(Role.AGENT)
    address = f"{RULES}?mail={row.pk}"
    assert f'href="{address}"' in page(browser, row)
    assert browser.get(address).context["form"]["pattern"].value() == "obcy@example.net"


@pytest.mark.parametrize(
    ("pattern", "field", "caught"),
    [
        ("a@SPAM.example", RuleField.ADDRESS, [3, 2]),
        ("spam.example", RuleField.DOMAIN, [3, 2, 1]),
        ("x.spam.example", RuleField.DOMAIN, [1]),
        ("nobody@spam.example", RuleField.ADDRESS, []),
        ("^A@spam[.]", RuleField.ADDRESS_PATTERN, [3, 2]),
        ("[.@]spam[.]", RuleField.ADDRESS_PATTERN, [3, 2, 1]),
        ("nobody", RuleField.ADDRESS_PATTERN, []),
        ("reklama 3", RuleField.HEADER, [3]),
        ("^reklama [1-9]$", RuleField.HEADER_PATTERN, [3, 2, 1]),
        ("^dziura [0-9]$", RuleField.HEADER_PATTERN, []),
    ],
)
def test_a_rule_shows_first_what_it_would_have_caught_in_ninety_days(desk, recent, pattern, field, caught):
    answer = desk(Role.DISPATCHER).post(RULES, wish(pattern, field, do="preview", header="Subject"))
    effect = answer.context["effect"]
    assert [row.pk for row in effect.examples] == [recent[n].pk for n in caught]
    assert (effect.count, effect.on_cases) == (len(caught), len(caught))
    assert not SenderRule.objects.exists()
    assert 'value="propose"' in answer.content.decode()


def test_of_header_fields_only_the_newest_mails_are_read_and_the_page_says_so(desk, recent, monkeypatch):
    monkeypatch.setattr(effects, "HEADERS_READ", 2)
    browser, wished = desk(Role.HEAD), wish("reklama", RuleField.HEADER_PATTERN, header="Subject")
    answer = browser.post(RULES, wished | {"do": "preview"})
    assert (answer.context["effect"].count, answer.context["effect"].looked_at) == (1, 2)
    assert "Only the newest 2 mails were looked at." in answer.content.decode()
    browser.post(RULES, wished | {"do": "propose"})
    assert "Only the newest 2 mails were looked at." in browser.get(RULES).content.decode()


def test_a_mail_whose_bytes_are_away_is_caught_by_no_rule_about_its_header(desk, recent):
    RawMessage.objects.filter(pk=recent[3].pk).update(path="away")
    answer = desk(Role.HEAD).post(RULES, wish("reklama", RuleField.HEADER, header="Subject", do="preview"))
    assert [row.pk for row in answer.context["effect"].examples] == [recent[2].pk, recent[1].pk]


def test_a_pattern_shows_no_mail_of_a_case_that_the_person_may_not_see(desk, recent):
    """Its effect is counted, as for every rule."""
    case = recent[3].case
    assert case is not None
    Case.objects.update(is_restricted=False)
    kept_from_the_agent(case)
    for kind in (RuleField.ADDRESS_PATTERN, RuleField.HEADER_PATTERN):
        wished = wish("a@spam[.]", kind, header="From", do="preview")
        effect = desk(Role.AGENT).post(RULES, wished).context["effect"]
        assert (effect.count, [row.pk for row in effect.examples]) == (2, [recent[2].pk])


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(oferta", "cannot be read: missing ): (oferta"),
        ("(?=oferta)", "no looking ahead"),
        ("[^@]{300}", "is too large"),
        (".*", "about every mail"),
        ("a" * 255, "at most 254"),
    ],
)
@pytest.mark.parametrize("kind", [RuleField.ADDRESS_PATTERN, RuleField.HEADER_PATTERN])
def test_what_is_wrong_with_a_pattern_stands_beside_its_field(desk, pattern, said, kind):
    answer = desk(Role.AGENT).post(RULES, wish(pattern, kind, header="Subject", do="propose"))
    assert answer.status_code == 422
    [error] = answer.context["form"].errors["pattern"]
    assert said in error
    assert not SenderRule.objects.exists()


@pytest.mark.parametrize("header", ["", "Two words", "Subject:", "Größe"])
@pytest.mark.parametrize("kind", [RuleField.HEADER, RuleField.HEADER_PATTERN])
def test_a_rule_about_a_header_field_names_one(desk, header, kind):
    answer = desk(Role.AGENT).post(RULES, wish("oferta", kind, header=header, do="propose"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["header"]


def test_a_pattern_is_proposed_approved_and_works(desk):
    desk(Role.AGENT).post(RULES, wish("^OBCY@", RuleField.ADDRESS_PATTERN, header="ignored", do="propose"))
    rule = SenderRule.objects.get()
    assert (rule.pattern, rule.header) == ("^OBCY@", "")
    desk(Role.HEAD).post(reverse("intake:change_rule", args=[rule.pk, "approve"]))
    now = timezone.now()
    assert receive(mail("Reklama", sender=STRANGER), at=now).reason == Reason.SPAM


def test_a_rule_may_be_for_one_mailbox_alone(desk, recent, settings):
    """EMAIL §3: blocklist per queue and global; a mailbox means its other addresses too."""
    load_mailboxes(settings.CITY_DATA_DIR)
    Mailbox.objects.create(code="roads", address="drogi@kontakt.example", aliases=["zdm@kontakt.example"])
    to_roads = [
        settled(mail(f"Reklama {to}", sender="a@spam.example", to=to))
        for to in ("Drogi@kontakt.example", "zdm@kontakt.example")
    ]
    RawMessage.objects.filter(pk__in=[row.pk for row in to_roads]).update(received_at=timezone.now())
    browser = desk(Role.HEAD)
    wished = wish("a@spam.example", do="preview") | {"queue": "drogi@kontakt.example"}
    effect = browser.post(RULES, wished).context["effect"]
    assert [row.pk for row in effect.examples] == [to_roads[1].pk, to_roads[0].pk]
    assert browser.post(RULES, wished | {"queue": "nobody@kontakt.example"}).status_code == 422
    browser.post(RULES, wished | {"do": "propose"})
    rule = SenderRule.objects.get()
    browser.post(reverse("intake:change_rule", args=[rule.pk, "approve"]))
    assert "drogi@kontakt.example" in browser.get(RULES).content.decode()
    now = timezone.now() + timedelta(minutes=1)
    reasons = [
        receive(mail(f"Nowa {to}", sender="a@spam.example", to=to), at=now).reason
        for to in ("zdm@kontakt.example", "kontakt@kontakt.example")
    ]
    assert reasons == [Reason.SPAM, Reason.REQUEST]


@pytest.mark.parametrize("role", DECIDE)
def test_a_proposed_rule_waits_for_the_head_and_works_from_then_until_its_last_day(desk, role):
    browser = desk(role)
    assert browser.post(RULES, wish("obcy@example.net", do="propose")).status_code == 302
    rule = SenderRule.objects.get()
    assert (rule.proposed_by, rule.approved_at, rule.action) == (staff_member(role), None, RuleAction.SPAM)
    assert timezone.localtime(rule.ends_at).date() == timezone.localdate() + timedelta(days=31)
    assert "waits for the centre head" in browser.get(RULES).content.decode()
    approve = reverse("intake:change_rule", args=[rule.pk, "approve"])
    assert (approve in browser.get(RULES).content.decode()) == (role == Role.HEAD)
    if role != Role.HEAD:
        browser.post(approve)
        rule.refresh_from_db()
        assert rule.approved_at is None
    desk(Role.HEAD).post(approve)
    rule.refresh_from_db()
    assert rule.approved_by == staff_member(Role.HEAD)
    blocked = store.keep(mail("Reklama", sender=STRANGER), channel=RawChannel.MAIL, at=timezone.now())
    assert process(blocked.pk, at=timezone.now()).reason == Reason.SPAM


@pytest.mark.parametrize(("role", "may"), [(Role.AGENT, False), (Role.DISPATCHER, True), (Role.HEAD, True)])
def test_a_rule_is_ended_by_whom_may_do_it(desk, role, may):
    desk(Role.AGENT).post(RULES, wish("obcy@example.net", do="propose"))
    rule = SenderRule.objects.get()
    end = reverse("intake:change_rule", args=[rule.pk, "end"])
    browser = desk(role)
    assert (end in browser.get(RULES).content.decode()) == may
    browser.post(end)
    rule.refresh_from_db()
    assert rule.ends_at is not None
    assert (rule.ends_at <= timezone.now()) == may
    assert browser.post(reverse("intake:change_rule", args=[rule.pk, "explode"])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"pattern": "nothing"},
        {"pattern": "com", "field": RuleField.DOMAIN},
        {"reason": " "},
        {"last_date": "2001-01-01"},
        {"last_date": "2999-01-01"},
        {"field": RuleField.HEADER},
        {"action": "EXPLODE"},
    ],
)
@pytest.mark.parametrize("do", ["preview", "propose"])
def test_a_rule_that_says_too_little_is_not_proposed(desk, wrong, do):
    answer = desk(Role.AGENT).post(RULES, wish("obcy@example.net", do=do) | wrong)
    assert answer.status_code == 422
    assert not SenderRule.objects.exists()
