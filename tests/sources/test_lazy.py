"""A source that is made late is made once, by whoever needs it first."""

import asyncio

from jupyter_zarr_serve.serve.request import Request, Response
from jupyter_zarr_serve.sources import response_of
from jupyter_zarr_serve.sources.lazy import LazySource

REQUEST = Request(3, ())


class Echo:
    """Answers with one response."""

    response = Response(200, "text/plain", b"", 0)

    def ask(self, request):
        return self.response


def test_it_is_made_once_for_all_who_ask_and_who_prepare():
    made = []

    async def run():
        source = LazySource(lambda: made.append(Echo()) or made[-1])
        assert source.made is None
        await asyncio.gather(source.prepare(), response_of(source, REQUEST), source.prepare())
        assert source.made is made[0]
        return source.ask(REQUEST)

    assert asyncio.run(run()) is Echo.response
    assert len(made) == 1
