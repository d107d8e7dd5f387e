"""At most so many requests at once; who comes beyond that is told when to come again."""

from asyncio import Semaphore, wait_for

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.errors import ErrorPage, HttpRefusal, Retried, ServiceBusy, refusal
from service.web.limits import WITH_PHOTOS

AT_ONCE = 60
QUESTIONS_AT_ONCE = 12
"""Of `POST /api/v1/identify`: two are computed, the others wait for them."""
AT_WORK, QUESTIONS_AT_WORK = 8, 2
"""Of them so many are worked on at once, the others wait for their turn without a thread. Where
sixty threads shared two cores, half as many questions were answered, and `/health` took seconds."""
TURN_S = 5.0
"""Whoever waited so long for a turn goes on without one: those before may wait for something."""
SPARE_THREADS = 12
"""For what is always answered, however many requests there are."""
RETRY_S = 2
ALWAYS = ("/health", "/metrics", "/static/")
QUESTION = "/api/v1/identify"


class RequestCrowd:
    """Counts requests that are being answered.

    One whose body is still arriving is not counted yet, unless it brings photos: they are only
    taken from who may bring them, and should not be refused after they were sent.
    """

    def __init__(
        self,
        app: ASGIApp,
        page: ErrorPage | None = None,
        most: int = AT_ONCE,
        questions: int = QUESTIONS_AT_ONCE,
        at_work: int = AT_WORK,
        turn_s: float = TURN_S,
    ) -> None:
        self.app, self._page = app, page
        self._most = {"": most, QUESTION: questions}
        self._here = {"": 0, QUESTION: 0}
        self._turns = {"": Semaphore(at_work), QUESTION: Semaphore(QUESTIONS_AT_WORK)}
        self._turn_s = turn_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP is counted."""
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS):
            return await self.app(scope, receive, send)
        kinds = ["", QUESTION] if scope["path"] == QUESTION else [""]
        counted, turn = False, _Turn(self._turns[kinds[-1]], self._turn_s)

        async def whole() -> Message:
            nonlocal counted
            message = await receive()
            ended = message["type"] == "http.request" and not message.get("more_body")
            if ended and not counted:
                if not self._enters(kinds):
                    raise HttpRefusal(503, ServiceBusy(wait_s=RETRY_S))
                counted = True
            if ended:
                await turn.taken()
            return message

        async def answered(message: Message) -> None:
            turn.over()  # who reads slowly keeps no other from it
            await send(message)

        if scope["path"] in WITH_PHOTOS or scope["method"] in {"GET", "HEAD"}:
            counted = self._enters(kinds)
            if not counted:
                busy = refusal(scope, 503, ServiceBusy(wait_s=RETRY_S), self._page)
                return await Retried(busy, RETRY_S)(scope, receive, send)
        try:
            if scope["method"] in {"GET", "HEAD"}:
                await turn.taken()
            return await self.app(scope, whole, answered)
        finally:
            turn.over()
            if counted:
                for kind in kinds:
                    self._here[kind] -= 1

    def _enters(self, kinds: list[str]) -> bool:
        if any(self._here[kind] >= self._most[kind] for kind in kinds):
            return False
        for kind in kinds:
            self._here[kind] += 1
        return True


class _Turn:
    """The turn of one request."""

    def __init__(self, turns: Semaphore, patience_s: float) -> None:
        self._turns, self._patience_s, self._mine = turns, patience_s, False

    async def taken(self) -> None:
        """Wait for it, no longer than the patience."""
        if self._mine:
            return
        try:
            await wait_for(self._turns.acquire(), self._patience_s)
        except TimeoutError:
            return
        self._mine = True

    def over(self) -> None:
        """Leave it to the next one."""
        if self._mine:
            self._mine = False
            self._turns.release()
