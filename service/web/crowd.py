"""At most so many requests at once; who comes beyond that is told when to come again."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.errors import ErrorPage, HttpRefusal, Retried, ServiceBusy, refusal
from service.web.limits import WITH_PHOTOS

AT_ONCE = 60
QUESTIONS_AT_ONCE = 12
"""Of `POST /api/v1/identify`: two are computed, the others wait for them."""
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
    ) -> None:
        self.app, self._page = app, page
        self._most = {"": most, QUESTION: questions}
        self._here = {"": 0, QUESTION: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP is counted."""
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS):
            return await self.app(scope, receive, send)
        kinds = ["", QUESTION] if scope["path"] == QUESTION else [""]
        counted = False

        async def whole() -> Message:
            nonlocal counted
            message = await receive()
            ended = message["type"] == "http.request" and not message.get("more_body")
            if ended and not counted:
                if not self._enters(kinds):
                    raise HttpRefusal(503, ServiceBusy(wait_s=RETRY_S))
                counted = True
            return message

        if scope["path"] in WITH_PHOTOS or scope["method"] in {"GET", "HEAD"}:
            counted = self._enters(kinds)
            if not counted:
                busy = refusal(scope, 503, ServiceBusy(wait_s=RETRY_S), self._page)
                return await Retried(busy, RETRY_S)(scope, receive, send)
        try:
            return await self.app(scope, whole, send)
        finally:
            if counted:
                for kind in kinds:
                    self._here[kind] -= 1

    def _enters(self, kinds: list[str]) -> bool:
        if any(self._here[kind] >= self._most[kind] for kind in kinds):
            return False
        for kind in kinds:
            self._here[kind] += 1
        return True
