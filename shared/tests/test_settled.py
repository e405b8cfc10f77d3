"""What a process is made of is not searched for garbage while somebody waits."""

import gc

from fastapi import FastAPI

from shared.app import settled


def test_what_is_there_when_a_process_is_ready_is_searched_no_more() -> None:
    app = FastAPI()
    try:
        assert settled(app) is app
        assert not any(it is app for it in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(it is app for it in gc.get_objects())
