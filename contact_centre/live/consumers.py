"""The sockets: the desk hears of the cases that its person may see, a tracking page of its own case."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from cases.access import CaseFlags, NoAccess, get_case_for_staff, get_participant, sees, works_with_cases
from cases.actors import Actor, staff
from cases.models import CaseParticipant
from contact_centre.live.pushes import DESK, case_group
from routing.models import User

# Close codes 4400 to 4499 tell the page not to try again.
NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403


class DeskConsumer(AsyncJsonWebsocketConsumer):
    """News for a signed-in person: of all her cases, or of the one whose page is open."""

    actor: Actor
    only_case: int | None

    async def connect(self) -> None:
        await self.accept()
        user = self._user()
        if user is None:
            await self.close(NOT_SIGNED_IN)
            return
        try:
            self.actor, self.only_case = await _listener(user, self._reference())
        except NoAccess:
            await self.close(NOT_ALLOWED)
            return
        await self.channel_layer.group_add(DESK, self.channel_name)

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(DESK, self.channel_name)

    async def case_changed(self, message: dict[str, Any]) -> None:
        """Pass the news on when this person may know of the case."""
        if self.only_case not in (None, message["case"]):
            return
        if sees(self.actor, _flags(message["flags"])):
            await self.send_json({key: message[key] for key in ("case", "version", "kind")})
        elif message["left"] in self.actor.departments:
            # The case went elsewhere: the queue is another, and that is all there is to know.
            await self.send_json({"case": None, "version": None, "kind": "QUEUE"})

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
        await self.accept()
        try:
            participant = await self._participant()
        except NoAccess:
            await self.close(NOT_ALLOWED)
            return
        survivor = participant.case.merged_into_id
        cases = [participant.case_id, *([survivor] if survivor else [])]
        self.groups_joined = tuple(case_group(case_id) for case_id in cases)
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)

    async def disconnect(self, code: int) -> None:
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def case_changed(self, message: dict[str, Any]) -> None:
        """Pass the news on; a page whose link was revoked hears nothing any more."""
        if message["kind"] == "LINK_REVOKED":
            try:
                await self._participant()
            except NoAccess:
                await self.close(NOT_ALLOWED)
            return
        await self.send_json({key: message[key] for key in ("case", "version", "kind")})

    async def _participant(self) -> CaseParticipant:
        return await database_sync_to_async(get_participant)(**self.scope["url_route"]["kwargs"])


@database_sync_to_async
def _listener(user: User, reference: str | None) -> tuple[Actor, int | None]:
    """The person as an actor, with the one case asked for; raises NoAccess."""
    if not works_with_cases(user):
        raise NoAccess(reference)
    actor = staff(user)
    return actor, get_case_for_staff(user, reference, actor).pk if reference else None


def _flags(raw: dict[str, Any]) -> CaseFlags:
    return CaseFlags(**raw)
