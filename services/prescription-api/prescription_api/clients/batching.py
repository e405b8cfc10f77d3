"""Questions that come at the same time, asked in one call.

An idle client asks at once. While a call is under way the next questions gather, and for a moment after it when they
come close together, so that load makes the calls larger and not more numerous. One that is given up before its turn is
not asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Generic, TypeVar

# seconds; a call costs two processes more than all the questions in it
_GATHERING: Final = 0.010

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Batcher(Generic[Question, Answer]):
    """`ask_all` answers up to `largest` questions; a question it leaves out is answered with None."""

    def __init__(
        self, ask_all: Callable[[list[Question]], Awaitable[Mapping[Question, Answer]]], *, largest: int = 500
    ) -> None:
        self._ask_all = ask_all
        self._largest = largest
        self._waiting: list[tuple[Question, asyncio.Future[Answer | None]]] = []
        self._asker: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer | None:
        """Raises what the call raised, for everyone in the batch."""
        future: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._asker is None or self._asker.done():
            self._asker = asyncio.create_task(self._ask_waiting())
        return await future

    async def _ask_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
            if wanted := [(question, future) for question, future in batch if not future.done()]:
                await self._ask_batch(wanted)
            if len(batch) > 1:
                await asyncio.sleep(_GATHERING)

    async def _ask_batch(self, batch: list[tuple[Question, asyncio.Future[Answer | None]]]) -> None:
        try:
            answers = await self._ask_all(list({question: None for question, _ in batch}))
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for question, future in batch:
                if not future.done():
                    future.set_result(answers.get(question))
