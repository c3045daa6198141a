"""A socket for tests: asgiref's communicator with the words of WebSocket (channels' own needs daphne)."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser

from contact_centre.live.routing import websocket_urlpatterns
from routing.models import User

#: So many seconds until a push counts as lost: another process of the run may be training the classifier meanwhile.
PATIENCE = 10


class Socket(ApplicationCommunicator):
    """A browser's end of one WebSocket."""

    def __init__(self, path: str, user: User | None = None) -> None:
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": path,
            "headers": [],
            "user": user or AnonymousUser(),
        }
        super().__init__(URLRouter(websocket_urlpatterns), scope)  # type: ignore[arg-type]

    async def connect(self) -> None:
        await self.send_input({"type": "websocket.connect"})
        accepted: dict[str, Any] = await self.receive_output(timeout=PATIENCE)
        assert accepted["type"] == "websocket.accept"

    async def news(self) -> dict[str, Any]:
        """The next message of the server."""
        sent = await self.receive_output(timeout=PATIENCE)
        heard: dict[str, Any] = json.loads(sent["text"])
        return heard

    async def close_code(self) -> int:
        """The code with which the server closes; as a web server does, it then says that the browser has gone."""
        closing: dict[str, Any] = await self.receive_output(timeout=PATIENCE)
        assert closing["type"] == "websocket.close"
        await self.leave()
        return int(closing["code"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()
