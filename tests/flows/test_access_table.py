"""Every address of the product, asked by everybody: the table says who gets in; a new address must be added here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from cases.actors import staff
from cases.files import store_file
from cases.keys import phone_pin, tracking_key
from cases.models import Attachment, Case, CaseParticipant, Channel, Contact, ContactOutcome, Message, Purpose
from cases.services.confidentiality import make_confidential
from cases.services.conversation import record_reply
from cases.services.intake import Conversation, log_contact
from cases.services.privacy import exclude, revoke_link
from contact_centre.intake import store
from contact_centre.intake.models import RawChannel, RawMessage, RuleAction, RuleField, SenderRule
from contact_centre.intake.senders import Proposal, propose_rule
from notifications.links import unsubscribe_url
from notifications.models import Notice
from notifications.services import plan_event
from routing.models import Role, User
from tests.cast import outsider, person, staff_member
from tests.factories import NOW, make_report, make_routed_case, reporter_of

pytestmark = pytest.mark.django_db

# Who asks: a visitor without a login, each role of the cast, a handler of another department, and a handler of the
# case's own department who is kept away from it.
ANONYMOUS, OUTSIDER, EXCLUDED = "ANONYMOUS", "OUTSIDER", "EXCLUDED"
EVERYBODY = frozenset({ANONYMOUS, OUTSIDER, EXCLUDED, *Role.values})
WITH_DESK = EVERYBODY - {ANONYMOUS, Role.ANALYST, Role.ADMIN}
SEES_CASE = WITH_DESK - {OUTSIDER, EXCLUDED, Role.COUNCIL}
READS_EVIDENCE = frozenset({Role.DISPATCHER, Role.HANDLER, Role.MANAGER, Role.HEAD, Role.DPO})
WITH_CONTACTS = frozenset({Role.AGENT, Role.DISPATCHER, Role.HEAD, Role.DPO})
DECIDES_MAILS = frozenset({Role.AGENT, Role.DISPATCHER, Role.HEAD})
REVOKES = frozenset(
    {Role.AGENT, Role.DISPATCHER, Role.HEAD, Role.HANDLER, Role.MANAGER, Role.COUNCIL, Role.DPO}
)

# Namespaces whose addresses are not ours: Django's admin has its own checks, tested below in one place.
FOREIGN = ("admin",)


@dataclass(frozen=True)
class World:
    """One case with all that hangs on it."""

    case: Case
    participant: CaseParticipant
    revoked: CaseParticipant
    attachment: Attachment
    notice: Notice
    contact: Contact
    mail: Message
    raw: RawMessage
    rule: SenderRule
    letter: Notice
    sessions: Mapping[str, str]

    def address(self, name: str) -> str:
        """The address of a name, for this case."""
        key = {"reference": self.case.reference, "key": tracking_key(self.participant)}
        addresses: dict[str, Callable[[], str]] = {
            "hooks:mail_tracking": partial(reverse, "hooks:mail_tracking", args=["postmark"]),
            "portal:stop": lambda: unsubscribe_url(self.participant).removeprefix(settings.PUBLIC_URL),
            "portal:file": partial(
                reverse,
                "portal:file",
                kwargs=key | {"file_id": str(self.attachment.pk), "name": self.attachment.name},
            ),
            "desk:case": partial(reverse, "desk:case", args=[self.case.reference]),
            "desk:step": partial(reverse, "desk:step", args=[self.case.reference, "note"]),
            "desk:revoke_link": partial(
                reverse, "desk:revoke_link", args=[self.case.reference, self.participant.pk]
            ),
            "desk:file": partial(reverse, "desk:file", args=[self.attachment.pk]),
            "intake:original": partial(reverse, "intake:original", args=[self.mail.pk]),
            "intake:as_sent": partial(reverse, "intake:as_sent", args=[self.mail.pk]),
            "intake:waiting": partial(reverse, "intake:waiting", args=[self.case.reference]),
            "intake:mail": partial(reverse, "intake:mail", args=[self.raw.pk]),
            "intake:raw_mail": partial(reverse, "intake:raw_mail", args=[self.raw.pk]),
            "intake:decide_mail": partial(reverse, "intake:decide_mail", args=[self.raw.pk, "spam"]),
            "intake:change_rule": partial(reverse, "intake:change_rule", args=[self.rule.pk, "end"]),
            "intake:decide": partial(reverse, "intake:decide", args=[self.case.reference, 1]),
            "desk:original": partial(reverse, "desk:original", args=[self.attachment.pk]),
            "desk:called_back": partial(reverse, "desk:called_back", args=[self.contact.pk]),
            "desk:logged": partial(reverse, "desk:logged", args=[self.contact.pk]),
            "desk:notice": partial(reverse, "desk:notice", args=[self.notice.pk]),
            "desk:letter": partial(reverse, "desk:letter", args=[self.letter.pk]),
            "desk:letters": lambda: f"{reverse('desk:letters')}?of={self.letter.pk}",
            "desk:print_letters": lambda: f"{reverse('desk:print_letters')}?of={self.letter.pk}",
            "desk:letters_printed": lambda: f"{reverse('desk:letters_printed')}?of={self.letter.pk}",
            "desk:settle": partial(reverse, "desk:settle", args=[self.notice.pk, "again"]),
            "hooks:mail": partial(reverse, "hooks:mail", args=["mailgun"]),
            "desk:words_of": partial(reverse, "desk:words_of", args=["received", "pl"]),
            "desk:change_words": partial(reverse, "desk:change_words", args=["received", "pl", "save"]),
            "hooks:sms_text": partial(reverse, "hooks:sms_text", args=["smsapi", "secret"]),
            "hooks:sms_report": partial(reverse, "hooks:sms_report", args=["smsapi", "secret"]),
            "desk:change_model": partial(reverse, "desk:change_model", args=["m-1", "promote"]),
        }
        if name.removeprefix("portal:") in TRACKING:
            return reverse(name, kwargs=key)
        return addresses.get(name, partial(reverse, name))()


TRACKING = ("track", "received", "confirm", "withdraw", "reopen", "wishes")
# Name of the address: who gets in by GET. Addresses that take only POST are in the second table.
GET_TABLE: dict[str, frozenset[str]] = {
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "login": EVERYBODY,
    "portal:home": EVERYBODY,
    "portal:report": EVERYBODY,
    "portal:streets": EVERYBODY,
    "portal:category_hint": EVERYBODY,
    "portal:find": EVERYBODY,
    "portal:find_sent": EVERYBODY,
    "portal:left": EVERYBODY,
    "portal:stop": EVERYBODY,
    "portal:privacy": EVERYBODY,
    "portal:accessibility": EVERYBODY,
    "portal:sorting": EVERYBODY,
    "portal:track": EVERYBODY,
    "portal:received": EVERYBODY,
    "portal:withdraw": EVERYBODY,
    "portal:reopen": EVERYBODY,
    "portal:wishes": EVERYBODY,
    "portal:file": EVERYBODY,
    "desk:queue": EVERYBODY - {ANONYMOUS},
    "desk:find": WITH_DESK,
    "desk:call": WITH_DESK,
    "desk:streets": WITH_DESK,
    "desk:status_by_phone": WITH_DESK,
    "desk:outbox": WITH_DESK,
    "desk:contacts": WITH_CONTACTS,
    "desk:readings": frozenset({Role.HEAD, Role.DPO}),
    "desk:models": frozenset({Role.ADMIN}),
    "desk:words": frozenset({Role.ADMIN, Role.HEAD}),
    "desk:words_of": frozenset({Role.ADMIN, Role.HEAD}),
    "desk:case": SEES_CASE,
    "desk:file": SEES_CASE,
    "desk:original": READS_EVIDENCE,
    "intake:original": READS_EVIDENCE,
    "intake:as_sent": READS_EVIDENCE,
    "intake:waiting": DECIDES_MAILS,
    "intake:inbox": DECIDES_MAILS,
    "intake:rules": DECIDES_MAILS,
    "intake:mail": DECIDES_MAILS,
    "intake:raw_mail": DECIDES_MAILS & READS_EVIDENCE,
    "desk:logged": frozenset({Role.AGENT}),
    "desk:notice": SEES_CASE,
    "desk:letter": SEES_CASE,
    "desk:letters": SEES_CASE,
    "desk:print_letters": SEES_CASE,
    # No person: the provider of text messages, with the secret (tests/contact_centre/intake/sms/test_views.py).
    "hooks:sms_report": frozenset(),
    "hooks:sms_text": frozenset(),
}
POST_TABLE: dict[str, frozenset[str]] = {
    "set_language": EVERYBODY,
    "logout": EVERYBODY,
    "portal:confirm": EVERYBODY,
    # Nobody is a provider here; what lets one in has its own tests (tests/contact_centre/intake/test_hooks.py).
    "hooks:mail_tracking": frozenset(),
    "desk:suggest": WITH_DESK,
    "desk:step": SEES_CASE,
    "intake:decide": DECIDES_MAILS,
    "intake:decide_mail": DECIDES_MAILS,
    "intake:change_rule": DECIDES_MAILS,
    "desk:revoke_link": SEES_CASE & REVOKES,
    "desk:settle": SEES_CASE,
    "desk:letters_printed": SEES_CASE,
    "desk:resend_dead_letters": WITH_DESK,
    "desk:called_back": WITH_CONTACTS,
    "desk:change_model": frozenset({Role.ADMIN}),
    "desk:change_words": frozenset({Role.ADMIN}),
    # No person: a provider that is switched on, with its signature.
    "hooks:mail": frozenset(),
}


@pytest.fixture(scope="module")
def world(lasting: Callable[[], AbstractContextManager[None]]) -> World:
    """What all tests look at, and everybody's login; what one of them changes, its end takes back."""
    with lasting():
        return build_world()


def build_world() -> World:
    """A wreck on the road department's desk, with a photo, a mail, a call, a notice and a revoked second reporter."""
    picture = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(picture, "JPEG")
    picture.seek(0)
    case = make_routed_case(category="wreck", files=[store_file(picture, original_name="hole.jpg")])
    head = staff(staff_member(Role.HEAD))
    participant = reporter_of(case)
    revoked = CaseParticipant.objects.create(
        case=case, name="Jan", role="FOLLOWER", created_at=NOW, revoked_at=NOW
    )
    exclude(case_id=case.pk, user=excluded(), reason="His own street", by=head, at=NOW)
    contact = log_contact(_call("table:call"), by=staff(staff_member(Role.AGENT)), at=NOW, case_id=case.pk)
    raw = store.keep(b"From: ana@example.org\n\nStill there.", channel=RawChannel.MAIL, at=NOW)
    mail = record_reply(
        participant_id=participant.pk,
        body="Still there.",
        channel=Channel.EMAIL,
        source_key=f"mail:{raw.sha256}",
        at=NOW,
    )
    work = case.events.get(kind="RECEIVED").work.get(consumer="notifications")
    plan_event(work_id=work.pk, at=NOW + timedelta(minutes=5))
    return World(
        case=Case.objects.get(pk=case.pk),
        participant=participant,
        revoked=revoked,
        attachment=Attachment.objects.get(case=case),
        notice=Notice.objects.get(participant=participant),
        contact=contact,
        mail=mail,
        raw=raw,
        rule=_rule(),
        letter=_letter(case, revoked),
        sessions={identity: _log_in(identity) for identity in EVERYBODY - {ANONYMOUS}},
    )


def _log_in(identity: str) -> str:
    """The cookie of the person's browser."""
    client = Client()
    client.force_login(who(identity))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _letter(case: Case, person: CaseParticipant) -> Notice:
    """One that waits to be printed."""
    return Notice.objects.create(
        event=case.events.get(kind="RECEIVED"),
        participant=person,
        channel="LETTER",
        kind="RECEIVED",
        language="pl",
        state="LETTER_DUE",
        subject="A letter",
        body="City\n\nJan\n\nWe have it.",
        due_at=NOW,
        created_at=NOW,
    )


def _rule() -> SenderRule:
    wish = Proposal(
        RuleField.ADDRESS, "obcy@example.net", RuleAction.SPAM, "Reklama", NOW + timedelta(days=30)
    )
    return propose_rule(proposal=wish, by=staff(staff_member(Role.AGENT)), at=NOW)


def _call(source_key: str) -> Conversation:
    return Conversation(
        source_key=source_key,
        channel=Channel.PHONE,
        purpose=Purpose.URGING,
        outcome=ContactOutcome.NOTHING,
        started_at=NOW,
        received_at=NOW,
    )


def excluded() -> User:
    return User.objects.filter(username="eve").first() or person("eve", Role.HANDLER, "zdm")


def who(identity: str) -> User:
    if identity == OUTSIDER:
        return outsider()
    return excluded() if identity == EXCLUDED else staff_member(Role(identity))


def got_in(client: Client, method: str, address: str) -> bool:
    """Whether the answer is the page itself; a login page, 403 and 404 are not."""
    response = getattr(client, method)(address)
    if response.streaming:
        response.getvalue()  # reads to the end, which closes the file
    if response.status_code == 302 and "/login/" in response["Location"]:
        return False
    assert response.status_code < 500 or address == "/readyz"
    return response.status_code not in (403, 404, 405)


def entrants(method: str, name: str, world: World) -> set[str]:
    found = set()
    for identity in EVERYBODY:
        client = Client()
        if identity != ANONYMOUS:
            client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[identity]
        if got_in(client, method, world.address(name)):
            found.add(identity)
    return found


@pytest.mark.parametrize("name", sorted(GET_TABLE))
def test_who_gets_in_by_get(name: str, world: World):
    assert entrants("get", name, world) == GET_TABLE[name]


@pytest.mark.parametrize("name", sorted(POST_TABLE))
def test_who_gets_in_by_post(name: str, world: World):
    assert entrants("post", name, world) == POST_TABLE[name]


@pytest.mark.parametrize("name", sorted(POST_TABLE.keys() - GET_TABLE.keys()))
def test_what_changes_something_is_not_reached_by_get(name: str, world: World, client: Client):
    client.force_login(staff_member(Role.HEAD))
    assert client.get(world.address(name)).status_code in (302, 405)


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from names(entry.url_patterns, space)
        elif entry.name:
            yield f"{prefix}{entry.name}"


def test_the_table_knows_every_address():
    ours = {name for name in names(get_resolver().url_patterns) if name.split(":")[0] not in FOREIGN}
    assert ours == GET_TABLE.keys() | POST_TABLE.keys()


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER])
def test_what_was_logged_is_gone_for_who_is_kept_away_from_its_case(role: str, client: Client):
    """DESIGN §3: exclusions hold for every page; the page of a logged call tells the PIN, which opens the status."""
    by, now = staff(staff_member(Role(role))), timezone.now()
    contact = log_contact(_call("table:logged"), by=by, at=now, report=make_report(source_key="table:logged"))
    client.force_login(staff_member(Role(role)))
    address, pin = reverse("desk:logged", args=[contact.pk]), phone_pin(reporter_of(contact.cases.get()))
    assert f"{pin[:3]} {pin[3:]}" in client.get(address).content.decode()

    head = staff(staff_member(Role.HEAD))
    case_id = contact.cases.get().pk
    exclude(case_id=case_id, user=staff_member(Role(role)), reason="Her own street", by=head, at=now)
    assert client.get(address).status_code == 404


def test_what_was_logged_is_gone_when_its_case_becomes_confidential(client: Client):
    by, now = staff(staff_member(Role.AGENT)), timezone.now()
    contact = log_contact(_call("table:logged"), by=by, at=now, report=make_report(source_key="table:logged"))
    client.force_login(staff_member(Role.AGENT))
    head = staff(staff_member(Role.HEAD))
    make_confidential(case_id=contact.cases.get().pk, reason="A witness", by=head, at=now)
    assert client.get(reverse("desk:logged", args=[contact.pk])).status_code == 404


@pytest.mark.parametrize("page", [*TRACKING, "file"])
@pytest.mark.parametrize("which", ["wrong", "revoked", "of another case"])
def test_a_key_opens_its_own_case_only(page: str, which: str, world: World, client: Client):
    other = make_routed_case()
    key = {
        "wrong": 26 * "a",
        "revoked": tracking_key(world.revoked),
        "of another case": tracking_key(reporter_of(other)),
    }[which]
    address = world.address(f"portal:{page}").replace(tracking_key(world.participant), key)
    answers = {client.get(address).status_code, client.post(address).status_code}
    assert 404 in answers
    assert answers <= {404, 405}


def test_a_link_stops_working_when_it_is_revoked(world: World, client: Client):
    address = world.address("portal:track")
    assert client.get(address).status_code == 200
    revoke_link(participant_id=world.participant.pk, by=staff(staff_member(Role.DISPATCHER)), at=NOW)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMIN}))
def test_the_admin_of_reference_data_is_for_administrators(role: str, client: Client):
    client.force_login(staff_member(Role(role)))
    assert client.get("/admin/routing/category/").status_code == 302
