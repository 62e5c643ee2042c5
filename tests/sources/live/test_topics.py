"""Topics: what is told of the states of a path, and what is told again."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_zarr_serve.core import limits
from jupyter_zarr_serve.sources.live.state import BACK, DATA, GONE, LAYOUT, MEMBERS, NOTHING, Notice, State
from jupyter_zarr_serve.sources.live.topics import Clock, Topic, Topics

KINDS = st.sampled_from([DATA, MEMBERS, LAYOUT, BACK, GONE])


def state(layout: str = "l", members: str = "m", data: str = "d", **others) -> State:
    return State(layout, members, data, **others)


class Source:
    """Follows what it is told to, and remembers it."""

    def __init__(self) -> None:
        self.topics: dict = {}

    def follow(self, path, within, told):
        self.topics[path] = told
        return lambda: self.topics.pop(path)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (state(), state(data="x"), DATA),
        (state(), state(data="x", members="x"), MEMBERS),
        (state(), state("x", "x", "x"), LAYOUT),
        (state(), NOTHING, GONE),
        (NOTHING, state(), BACK),
    ],
)
async def test_a_change_has_the_name_of_the_most_that_it_may_be(before, after, kind):
    heard: list[Notice] = []
    topic = Topic(("a",), Clock())
    topic.listen(lambda _, notice: heard.append(notice))
    for each in (before, before, after, after):
        topic.tell(each)
    assert [notice.kind for notice in heard] == [kind]


async def test_what_is_followed_by_many_is_followed_once_and_no_longer_than_by_one():
    source, heard = Source(), []
    topics = Topics(source)

    def one(topic, notice):
        heard.append("one")

    def other(topic, notice):
        heard.append("other")

    topic = topics.join(("a",), 0, one)
    assert topics.join(("a",), 0, other) is topic
    assert len(topics) == len(source.topics) == 1
    assert source.topics["a",].count == 2
    topic.tell(state())
    topics.leave(topic, 0, one)
    topic.tell(state(data="x"))
    assert heard == ["other"]
    topics.leave(topic, 0, other)
    assert not source.topics
    assert not len(topics)


async def test_what_is_known_late_is_told_to_those_who_did_not_wait(monkeypatch):
    monkeypatch.setattr("jupyter_zarr_serve.sources.live.topics._PATIENCE", 0.01)
    heard: list[Notice] = []
    topic = Topic(("a",), Clock())
    topic.listen(lambda _, notice: heard.append(notice))
    assert not await topic.known()
    topic.tell(state())
    assert [notice.kind for notice in heard] == [BACK]


async def test_numbers_grow_and_each_is_of_one_notice():
    clock = Clock()
    numbers = [clock() for _ in range(1000)]
    assert numbers == sorted(set(numbers))
    await asyncio.sleep(0)


@given(st.lists(st.integers(0, 3), max_size=20), st.integers(0, 20))
def test_what_was_missed_is_all_that_came_after(changes, at):
    topic, seqs = Topic(("a",), Clock()), []
    topic.tell(state())
    seqs.append(topic.seq)
    for number, length in enumerate(changes):
        topic.tell(state(data=str(number), part=((number, number + length),)))
        seqs.append(topic.seq)
    since = seqs[min(at, len(seqs) - 1)]
    missed, later = topic.missed(since), changes[min(at, len(changes)) :]
    if not later:
        assert missed is None
    else:
        starts = range(len(changes) - len(later), len(changes))
        stop = max(start + length for start, length in zip(starts, later, strict=True))
        assert missed == Notice(topic.seq, DATA, topic.generation, ((starts[0], stop),))


async def test_who_missed_more_than_is_remembered_is_told_that_all_may_have_changed():
    topic = Topic(("a",), Clock())
    topic.tell(state())
    since = topic.seq
    for number in range(limits.REPLAYED + 1):
        topic.tell(state(data=str(number)))
    missed = topic.missed(since)
    assert missed is not None
    assert missed.kind == BACK
    assert topic.missed(0) == missed


@given(st.lists(KINDS, min_size=1, max_size=6))
def test_joined_notices_say_no_less_than_each(kinds):
    joined = Notice(0, kinds[0], 0)
    for seq, kind in enumerate(kinds[1:], 1):
        joined = Notice(seq, kind, seq).after(joined)
    assert joined.seq == len(kinds) - 1
    if kinds[-1] == GONE:
        assert joined.kind == GONE
    elif {GONE, BACK} & set(kinds):
        assert joined.kind == BACK
    else:
        assert joined.kind == max(kinds, key=[DATA, MEMBERS, LAYOUT].index)
