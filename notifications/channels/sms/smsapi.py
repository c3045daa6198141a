"""SMSAPI.pl: ``POST /sms.do`` with a token; trouble comes as ``{"error": code, "message": ...}`` with status 200."""

from typing import Any, Final

from notifications.channels.base import PermanentFailure, TemporaryFailure
from notifications.channels.sms.gateway import Account, Text, answer_of, post

# No valid recipient, nothing or too much in it. All else is ours or theirs to mend: credit, token, their service.
_PERMANENT: Final = (11, 12, 13)
# A message with this ``idx`` went out in the last two days.
_KNOWN: Final = 53


class SmsApi:
    """``idx`` is our own name of the message: with ``check_idx`` it goes out once, and reports bring it back."""

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
        }
        if sender := self._account.options.get("from"):
            fields["from"] = sender
        if text.report_to:
            fields["notify_url"] = text.report_to
        bearer = {"Authorization": f"Bearer {self._account.secret}"}
        response = post(self._account, "/sms.do", fields, headers=bearer)
        said = answer_of(response, self._account)
        rows = said.get("list") or [{}]
        self._check(said if said.get("error") else rows[0])
        if not said.get("list") and said.get("error") != _KNOWN:
            raise TemporaryFailure(f"nothing was taken: {response.status_code}", relay=self._account.provider)
        return text.key

    def _check(self, said: dict[str, Any]) -> None:
        code = said.get("error")
        if not code or code == _KNOWN:
            return
        words = f"{code}: {said.get('message', '')}"
        failure = PermanentFailure if code in _PERMANENT else TemporaryFailure
        raise failure(words, relay=self._account.provider)
