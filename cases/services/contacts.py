"""What is done with a contact after it was logged: calling back as promised."""

from datetime import datetime

from django.db import transaction

from cases.access import sees_contacts
from cases.actors import Actor
from cases.models import Contact
from cases.services._steps import Refused


class CannotCallBack(Refused):
    """Nobody has to be called back any more, or the actor does not deal with contacts."""


@transaction.atomic(durable=True)
def mark_contact_called_back(*, contact_id: int, by: Actor, at: datetime) -> Contact:
    """Note who kept the promise to call back, and when. Raises CannotCallBack.

    The contact itself is the record: most contacts have no case whose timeline could tell it.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact_id)
    if by.user_id is None or not (sees_contacts(by) and contact.is_call_back_due):
        raise CannotCallBack(str(contact_id))
    contact.called_back_at, contact.called_back_by_id = at, by.user_id
    contact.save(update_fields=["called_back_at", "called_back_by"])
    return contact
