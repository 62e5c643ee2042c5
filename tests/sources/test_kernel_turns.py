"""Turns with a kernel while clients do not take their answers."""

import asyncio

from jupyter_zarr_serve.sources.flow import Flow
from jupyter_zarr_serve.sources.kernel_turns import Turns


def test_one_who_takes_nothing_keeps_no_turn_from_others():
    async def run():
        flow = Flow(100)
        turns = Turns(flow)
        had = []

        async def ask(client):
            await turns.take(client)
            had.append(client)
            turns.give()

        with flow.sending(200, "slow"):
            waiting = [asyncio.ensure_future(ask("slow")) for _ in range(20)]
            await asyncio.sleep(0)
            await asyncio.wait_for(asyncio.gather(*(ask("quick") for _ in range(20))), 5)
            assert set(had) == {"quick"}
        await asyncio.wait_for(asyncio.gather(*waiting), 5)
        assert had.count("slow") == 20
        assert turns.taken == 0

    asyncio.run(run())
