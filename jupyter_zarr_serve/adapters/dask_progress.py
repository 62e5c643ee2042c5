"""What dask computes, block by block, as far as somebody waits for it; see `core.progress`."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import dask.base

from ..core.progress import Count, Report, report

_base: Any = dask.base  # which has no types
_UNIT = "blocks"
_LOOK_SECONDS = 0.2  # at what a cluster has done


def computed(kind: Any, graph: Any, keys: Sequence[Any]) -> Any:
    """What some keys of a collection of a kind are, its graph computed by whatever scheduler there is.

    Raises
    ------
    Unavailable
        If nobody waits for it any more: then no further task of it is begun.
    """
    present = report()
    compute = _base.compute_as_if_collection
    if present is None:
        return compute(kind, graph, keys)
    schedule = _base.get_scheduler(cls=kind)
    client = getattr(schedule, "__self__", None)
    if type(client).__module__.partition(".")[0] == "distributed":
        return _on_cluster(client, _base.optimization_function(kind)(graph, keys), keys, present)
    return compute(kind, graph, keys, callbacks=[_callbacks(present)])


def counting() -> dict[str, Any]:
    """What to give to `dask.compute`, so that the blocks are counted."""
    present = report()
    return {} if present is None else {"callbacks": [_callbacks(present)]}


def _callbacks(present: Report) -> tuple[Any, ...]:
    """What dask's own schedulers call: at the start, after each task and at the end."""
    counts: list[Count] = []
    end = ExitStack()

    def start(_: Any, state: Any) -> None:
        total = sum(map(_is_block, [*state["waiting"], *state["ready"]]))
        counts.append(end.enter_context(present.counting(total, _UNIT)))

    def step(key: Any, *_: Any) -> None:
        counts[0].step(int(_is_block(key)))

    def finish(*_: Any) -> None:
        end.close()

    return None, start, None, step, finish


def _is_block(key: Any) -> bool:
    """Whether a task makes a block of an array or frame, which has a place."""
    return isinstance(key, tuple)


def _on_cluster(client: Any, graph: Any, keys: Sequence[Any], present: Report) -> Any:
    """The same on a cluster, whose tasks are cancelled when nobody waits any more."""
    futures = client.get(graph, keys, sync=False)
    try:
        with present.counting(len(futures), _UNIT) as count:
            left = list(futures)
            while left:
                _wait(left)
                still = [future for future in left if not future.done()]
                count.step(len(left) - len(still))
                left = still
        return client.gather(futures)
    except BaseException:
        client.cancel(futures)
        raise


def _wait(futures: list[Any]) -> None:
    import distributed

    wait: Any = distributed.wait
    try:
        wait(futures, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return
