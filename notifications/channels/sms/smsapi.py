"""SMSAPI.pl: ``POST /sms.do`` with a token; trouble comes as ``{"error": code, "message": ...}`` with status 200.

Codes and statuses are those of https://www.smsapi.pl/statusy-wiadomosci and https://www.smsapi.pl/docs (section 19),
the fields those of their OpenAPI description (``LegacySmsToSend``): ``check_idx`` looks back 24 hours, ``max_parts``
is 6 at most and else set in their panel.
"""

from typing import Any, ClassVar, Final

from notifications.channels.base import AccountFailure, PermanentFailure, TemporaryFailure
from notifications.channels.sms.gateway import Account, Text, answer_of, post

# Nothing or too much in it, more than ``max_parts``; no valid recipient, or on their list of those who want none; a
# country that our account does not send to.
_PERMANENT: Final = (11, 12, 13, 57, 59, 112)
# What an administrator mends: name of the sender, address for reports, links, numbers or actions that the account may
# not use; token, credit, address of our server, plain HTTP. All else is theirs: their service, too much at once.
_ACCOUNT: Final = (14, 70, 94, 98, 101, 102, 103, 105, 110, 401, 997)
# A message with this ``idx`` was taken within 24 hours: longer than any wait between two tries, quiet hours included.
_KNOWN: Final = 53
_MAX_PARTS: Final = 6


class SmsApi:
    """``idx`` is our own name of the message: with ``check_idx`` it goes out once, and reports bring it back."""

    knows_keys: ClassVar[bool] = True

    def __init__(self, account: Account) -> None:
        self._account = account

    def send(self, text: Text) -> str:
        """Hand the message over; the id is our own key, which is known also where the answer was lost."""
        fields = {
            "to": text.to.removeprefix("+"),
            "message": text.body,
            "format": "json",
            "encoding": "utf-8",
            "idx": text.key,
            "check_idx": "1",
            "max_parts": str(_MAX_PARTS),
        }
        if sender := self._account.options.get("from"):
            fields["from"] = sender
        if text.report_to:
            fields["notify_url"] = text.report_to
        bearer = {"Authorization": f"Bearer {self._account.secret}"}
        response = post(self._account, "/sms.do", fields, headers=bearer)
        said = answer_of(response, self._account)
        rows = said.get("list") or [{}]
        code = self._check(said if said.get("error") else rows[0])
        if not said.get("list") and code != _KNOWN:
            raise TemporaryFailure(f"nothing was taken: {response.status_code}", relay=self._account.provider)
        return text.key

    def _check(self, said: dict[str, Any]) -> int:
        """The code of an answer that is no trouble; 0 where there is none."""
        told = str(said.get("error") or 0)
        code = int(told) if told.isdecimal() else -1
        if code in (0, _KNOWN):
            return code
        words = f"{told}: {said.get('message', '')}"
        if code in _PERMANENT:
            raise PermanentFailure(words, relay=self._account.provider)
        failure = AccountFailure if code in _ACCOUNT else TemporaryFailure
        raise failure(words, relay=self._account.provider)
