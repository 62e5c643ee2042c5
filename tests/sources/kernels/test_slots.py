"""Slots with a kernel while clients do not take their answers."""

import asyncio

from jupyter_zarr_serve.sources.kernels.slots import KernelSlots
from jupyter_zarr_serve.sources.send_budget import SendBudget


def test_one_who_takes_nothing_keeps_no_turn_from_others():
    async def run():
        budget = SendBudget(100)
        slots = KernelSlots(budget)
        had = []

        async def ask(client):
            await slots.take(client)
            had.append(client)
            slots.give()

        with budget.sending(200, "slow"):
            waiting = [asyncio.ensure_future(ask("slow")) for _ in range(20)]
            await asyncio.sleep(0)
            await asyncio.wait_for(asyncio.gather(*(ask("quick") for _ in range(20))), 5)
            assert set(had) == {"quick"}
        await asyncio.wait_for(asyncio.gather(*waiting), 5)
        assert had.count("slow") == 20
        assert slots.taken == 0

    asyncio.run(run())
