"""The sockets: the desk hears of the cases that its person may see, a tracking page of its own case.

Each listens before it is accepted: a page that is connected misses nothing. Each is accepted before it is closed: of a
refused handshake a browser learns no code, and would try again for ever.
"""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer

from cases.access import CaseFlags, NoAccess, get_case_for_staff, get_participant, sees, works_with_cases
from cases.actors import Actor, staff
from cases.models import EventKind
from cases.queries.merged import followed_cases
from cases.timeline import PUBLIC_KINDS
from contact_centre.live.pushes import DESK, case_group
from routing.models import User

# Close codes 4400 to 4499 tell the page not to try again.
NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
NOT_FOUND = 4404
# After these a link may open nothing any more, or the work may go on in another case.
_TURNING = (EventKind.LINK_REVOKED, EventKind.DETACHED, EventKind.MERGED, EventKind.UNMERGED)


class DeskConsumer(AsyncJsonWebsocketConsumer):
    """News for a signed-in person: of all her cases, or of the one whose page is open."""

    actor: Actor
    only_case: int | None

    async def connect(self) -> None:
        refusal = await self._listen()
        await self.accept()
        if refusal is not None:
            await self.close(refusal)

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(DESK, self.channel_name)

    async def cases_changed(self, message: dict[str, Any]) -> None:
        """Pass on what this person may know."""
        for news in message["news"]:
            if self.only_case in (None, news["case"]):
                await self._tell(news)

    async def _tell(self, news: dict[str, Any]) -> None:
        if sees(self.actor, _flags(news["flags"])):
            await self.send_json({key: news[key] for key in ("case", "version", "kind")})
        elif news["before"] and sees(self.actor, _flags(news["before"])):
            # The case went out of her sight: the queue is another, and that is all there is to know.
            await self.send_json({"case": None, "version": None, "kind": "QUEUE"})

    async def _listen(self) -> int | None:
        """Listen for this person; the close code where she may not."""
        user = self._user()
        if user is None:
            return NOT_SIGNED_IN
        try:
            self.actor, self.only_case = await _listener(user, self._reference())
        except NoAccess:
            return NOT_ALLOWED
        await self.channel_layer.group_add(DESK, self.channel_name)
        return None

    def _user(self) -> User | None:
        user: Any = self.scope["user"]
        return user if isinstance(user, User) else None

    def _reference(self) -> str | None:
        reference: str | None = self.scope["url_route"]["kwargs"].get("reference")
        return reference


class TrackConsumer(AsyncJsonWebsocketConsumer):
    """News for a resident whose tracking page is open: the key is checked as the page checks it."""

    groups_joined: tuple[str, ...] = ()

    async def connect(self) -> None:
        may_listen = await self._listen()
        await self.accept()
        if not may_listen:
            await self.close(NOT_ALLOWED)

    async def disconnect(self, code: int) -> None:
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def case_changed(self, message: dict[str, Any]) -> None:
        """Pass the news on; a page whose link was revoked, or whose reader left, hears nothing any more.

        What is not told to residents is a change like any other: its name stays inside.
        """
        if message["kind"] in _TURNING and not await self._listen():
            await self.close(NOT_ALLOWED)
            return
        kind = message["kind"] if message["kind"] in PUBLIC_KINDS else "CHANGED"
        await self.send_json({"case": message["case"], "version": message["version"], "kind": kind})

    async def _listen(self) -> bool:
        """Listen to the case, and to the one in which the work on it goes on; false where the key opens nothing."""
        try:
            cases = await _followed(**self.scope["url_route"]["kwargs"])
        except NoAccess:
            return False
        groups = tuple(case_group(case_id) for case_id in cases)
        for group in groups:
            if group not in self.groups_joined:
                await self.channel_layer.group_add(group, self.channel_name)
        for group in self.groups_joined:
            if group not in groups:
                await self.channel_layer.group_discard(group, self.channel_name)
        self.groups_joined = groups
        return True


class NoConsumer(AsyncWebsocketConsumer):
    """An address at which nobody speaks, as a page of another version may ask for: closed at once."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(NOT_FOUND)


@database_sync_to_async
def _listener(user: User, reference: str | None) -> tuple[Actor, int | None]:
    """The person as an actor, with the one case asked for; raises NoAccess."""
    if not works_with_cases(user):
        raise NoAccess(reference)
    actor = staff(user)
    return actor, get_case_for_staff(user, reference, actor).pk if reference else None


@database_sync_to_async
def _followed(reference: str, key: str) -> tuple[int, ...]:
    """The cases that the key lets its holder hear of; raises NoAccess. One question, so that nothing is missed."""
    return followed_cases(get_participant(reference, key).case_id)


def _flags(raw: dict[str, Any]) -> CaseFlags:
    return CaseFlags(**raw)
