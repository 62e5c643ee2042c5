"""The mapping that is bounded in bytes."""

from jupyter_zarr_serve.core.bounded import Bounded


def test_what_was_used_longest_ago_goes_first():
    gone: list[tuple[str, int]] = []
    bounded: Bounded[str, int] = Bounded(100, lambda key, thing: gone.append((key, thing)))
    for at, key in enumerate("abc"):
        bounded.put(key, at, 30)
    assert bounded.get("a") == 0
    assert bounded.peek("b") == 1  # which is no use
    bounded.put("d", 3, 30)
    assert (list(bounded), bounded.bytes, gone) == (["c", "a", "d"], 90, [("b", 1)])


def test_another_thing_takes_the_place_of_the_first():
    bounded: Bounded[str, int] = Bounded(100)
    bounded.put("a", 1, 60)
    bounded.put("a", 2, 70)
    assert (bounded.get("a"), bounded.bytes, len(bounded)) == (2, 70, 1)
    bounded.drop("a")
    bounded.drop("a")
    assert (bounded.get("a"), bounded.bytes, len(bounded)) == (None, 0, 0)


def test_the_newest_stays_though_it_is_too_large():
    bounded: Bounded[str, int] = Bounded(100)
    bounded.put("a", 1, 60)
    bounded.put("b", 2, 200)
    assert (list(bounded), bounded.bytes) == (["b"], 200)
