"""From the agent's form to what the services want: who was in touch, and the report that came of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cases.models import Channel, ContactChannel, ContactOutcome, Purpose
from cases.queries.neighbours import Draft
from cases.services.intake import Conversation, Place, Report, Reporter
from contact_centre.desk.forms.call import WITH_RECEIPT, source_key_of
from contact_centre.desk.suggestions import SHORTEST, Suggestions
from contact_centre.web.addresses import find_street
from contact_centre.web.city import privacy_clause
from contact_centre.web.plain import without_controls
from routing.models import Category, Kind, Urgency

Data = dict[str, Any]


def conversation_of(data: Data, at: datetime) -> Conversation:
    """The moment of contact. The form's key makes a second submit the same contact."""
    is_case = data["becomes"] == "CASE"
    return Conversation(
        source_key=source_key_of(data["key"]),
        channel=Channel(data["channel"]),
        purpose=Purpose(data["purpose"]),
        outcome=ContactOutcome.CASE_OPENED if is_case else ContactOutcome(data["outcome"]),
        started_at=_started(data, at),
        received_at=received_at(data, at),
        said=data["said"],
        answered=data["answered"],
        name=data["name"],
        phone=data["phone"],
        email=data["email"],
        language=data["language"],
        privacy_version=_privacy_version(data),
    )


def report_of(data: Data, at: datetime) -> Report | None:
    """The report, when it becomes a case."""
    if data["becomes"] != "CASE":
        return None
    street = find_street(data["address"]) if data["address"] else None
    return Report(
        source_key=source_key_of(data["key"]),
        channel=Channel(data["channel"]),
        description=data["said"],
        received_at=received_at(data, at),
        language=data["language"],
        category=data["category"],
        kind=Kind(data["kind"]) if data["kind"] else None,
        urgency=Urgency(data["urgency"]),
        place=Place(address=data["address"], street=street),
        reporter=Reporter(
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            postal_address=data["postal_address"],
            wishes=ContactChannel.SMS if data.get("by_sms") else None,
            privacy_version=_privacy_version(data),
        ),
    )


def draft_of_call(typed: Mapping[str, str], found: Suggestions, at: datetime) -> Draft | None:
    """What was typed so far, for finding cases like it; None while it says too little, or not where.

    An address that nobody typed is the one that was found in the words.
    """
    said = typed.get("said", "")
    offered = next((offer.value for offer in found.offers if offer.field == "address"), "")
    address = without_controls(typed.get("address", "")).strip()[:240] or offered
    street = find_street(address) if address else None
    if street is None or len(said.strip()) < SHORTEST:
        return None
    category = (
        Category.objects.filter(code=without_controls(typed.get("category", ""))[:60]).only("id").first()
    )
    return Draft(
        text=said,
        language=typed.get("language", ""),
        received_at=at,
        category_id=category.pk if category else None,
        street_id=street.pk,
        area_id=street.district_id,
        address=address,
    )


def received_at(data: Data, at: datetime) -> datetime:
    """When it reached the office: a letter or visit on its own day, a call now."""
    own: datetime | None = data["received_date"] if data["channel"] in WITH_RECEIPT else None
    return min(own, at) if own is not None else at


def _started(data: Data, at: datetime) -> datetime:
    seconds = data.get("started")
    if not seconds or seconds > at.timestamp():
        return at
    return datetime.fromtimestamp(seconds, UTC)


def _privacy_version(data: Data) -> str:
    return privacy_clause().version if data["privacy_read"] else ""
