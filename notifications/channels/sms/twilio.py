"""Twilio: ``POST /2010-04-01/Accounts/{sid}/Messages.json``; trouble comes as JSON with a code of its own.

Twilio knows no name of ours for a message: one whose answer was lost goes out twice.
"""

from typing import Any, Final

from notifications.channels.base import PermanentFailure, TemporaryFailure
from notifications.channels.sms.gateway import Account, Text, answer_of, post

# The number: no such, not reachable from here, no mobile, asked for no more; the words: none, or too many.
_PERMANENT: Final = (21211, 21217, 21421, 21602, 21605, 21610, 21612, 21614, 21617)


class Twilio:
    """``from`` is a number or name of ours, ``service`` a messaging service that chooses one."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def send(self, text: Text) -> str:
        """Hand the message over; the id is Twilio's."""
        account = self._account
        fields = {"To": text.to, "Body": text.body}
        if service := account.options.get("service"):
            fields["MessagingServiceSid"] = service
        else:
            fields["From"] = account.options.get("from", "")
        if text.report_to:
            fields["StatusCallback"] = text.report_to
        path = f"/2010-04-01/Accounts/{account.user}/Messages.json"
        said = answer_of(post(account, path, fields, auth=(account.user, account.secret)), account)
        if not said.get("sid"):
            raise self._failure(said)
        return str(said["sid"])

    def _failure(self, said: dict[str, Any]) -> PermanentFailure | TemporaryFailure:
        words = f"{said.get('code', said.get('status', ''))}: {said.get('message', '')}"
        if said.get("code") in _PERMANENT:
            return PermanentFailure(words, relay=self._account.provider)
        return TemporaryFailure(words, relay=self._account.provider)
