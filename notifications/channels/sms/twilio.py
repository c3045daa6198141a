"""Twilio: ``POST /2010-04-01/Accounts/{sid}/Messages.json``; trouble comes as JSON with a code of its own
(https://www.twilio.com/docs/api/errors).

Twilio knows no name of ours for a message: of one whose answer was lost nobody knows whether it went out.
"""

from typing import Any, ClassVar, Final

import httpx

from notifications.channels.base import AccountFailure, Failure, PermanentFailure, TemporaryFailure
from notifications.channels.sms.gateway import Account, Text, answer_of, post

# The number: no such (21211, 21217, 21421), a short code or a service (21265, 21268), in a country that our account
# does not send to (21408), asked for no more (21610), not reachable from here (21612), no mobile (21614), a landline
# (21635). The words: none (21602, 21619), too many (21605, 21617), none that may be sent (21618).
_PERMANENT: Final = (
    21211, 21217, 21265, 21268, 21408, 21421, 21602, 21605, 21610, 21612, 21614, 21617, 21618, 21619, 21635,
)  # fmt: skip
# Any other refusal of what we ask (login, number of ours, what the account may do) is for an administrator; these two
# are for a while: too many at once, too many waiting.
_REFUSED: Final = range(400, 500)
_TOO_MANY: Final = (20429, 21611)


class Twilio:
    """``from`` is a number or name of ours, ``service`` a messaging service that chooses one."""

    knows_keys: ClassVar[bool] = False

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
        response = post(account, path, fields, auth=(account.user, account.secret))
        said = answer_of(response, account)
        if not said.get("sid"):
            raise self._failure(said, response)
        return str(said["sid"])

    def _failure(self, said: dict[str, Any], response: httpx.Response) -> Failure:
        code, relay = said.get("code"), self._account.provider
        words = f"{said.get('code', said.get('status', ''))}: {said.get('message', '')}"
        if code in _PERMANENT:
            return PermanentFailure(words, relay=relay)
        is_ours = response.status_code in _REFUSED and response.status_code != httpx.codes.TOO_MANY_REQUESTS
        return (AccountFailure if is_ours and code not in _TOO_MANY else TemporaryFailure)(words, relay=relay)
