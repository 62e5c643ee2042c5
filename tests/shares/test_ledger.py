"""The list of links and their tokens, without any server."""

import json
import os
from dataclasses import replace

import pytest

from jupyter_zarr_serve.core.errors import Unavailable, Unreadable
from jupyter_zarr_serve.shares import guard as guards
from jupyter_zarr_serve.shares.guard import Guard
from jupyter_zarr_serve.shares.ledger import Ledger
from jupyter_zarr_serve.shares.link import Share, is_token, seconds_of, text_of, token_of
from jupyter_zarr_serve.shares.sharing import Sharing, SharingSettings, Wish
from jupyter_zarr_serve.shares.uses import Uses

SHARE = Share("", ("files", "a"), "/data", 1000, 2000)


@pytest.fixture
def clock():
    return [1500.0]


@pytest.fixture
def ledger(tmp_path, clock):
    return Ledger(tmp_path / "links", 0, lambda: clock[0])


def sharing(folder, root="/data", **settings):
    return Sharing(SharingSettings(folder, lambda name: root, **settings))


def test_a_token_finds_its_share_in_every_ledger_of_the_user(ledger, tmp_path):
    share, token = ledger.make(SHARE)
    assert Ledger(tmp_path / "links").find(token) == share
    assert len(token) == 44


@pytest.mark.parametrize(
    "change",
    [{"path": ("files",)}, {"path": ("files/a",)}, {"home": "/"}, {"expires": None}, {"expires": 3000},
     {"made": 1001}, {"origins": ("*",)}, {"maker": "eve"}, {"id": "0" * 12}],
)  # fmt: skip
def test_what_is_altered_in_the_list_is_worth_nothing(ledger, tmp_path, change):
    share, token = ledger.make(SHARE)
    file = tmp_path / "links" / "shares.json"
    kept = json.loads(file.read_text())
    kept["shares"][0].update({key: list(v) if isinstance(v, tuple) else v for key, v in change.items()})
    file.write_text(json.dumps(kept))
    os.utime(file, ns=(1, 1))
    assert ledger.find(token) is None
    assert token_of(replace(share, **change), b"key") != token_of(share, b"key")


def test_a_lost_list_opens_nothing(ledger, tmp_path):
    _, token = ledger.make(SHARE)
    (tmp_path / "links" / "shares.json").unlink()
    assert ledger.find(token) is None
    assert ledger.all() == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"shares": [{}]}', '{"shares": [1]}'])
def test_a_damaged_list_opens_nothing_and_says_so(ledger, tmp_path, content):
    _, token = ledger.make(SHARE)
    (tmp_path / "links" / "shares.json").write_text(content)
    with pytest.raises(Unreadable, match=r"shares\.json"):
        ledger.find(token)


@pytest.mark.skipif(os.name != "posix", reason="others have permissions on POSIX only")
def test_a_key_that_others_may_have_read_opens_nothing(ledger, tmp_path):
    _, token = ledger.make(SHARE)
    (tmp_path / "links" / "key").chmod(0o644)
    os.utime(tmp_path / "links" / "key", ns=(1, 1))
    with pytest.raises(Unreadable, match="rotate"):
        ledger.find(token)
    ledger.rotate()
    assert ledger.find(token) is None
    assert ledger.find(ledger.make(SHARE)[1])


def test_without_a_key_nothing_opens(tmp_path):
    assert Ledger(tmp_path).find(token_of(SHARE, b"")) is None


def test_revoked_and_rotated_are_seen_by_other_ledgers_at_once(ledger, tmp_path):
    other = Ledger(tmp_path / "links")
    (one, first), (_, second) = ledger.make(SHARE), ledger.make(SHARE)
    assert other.find(first).revoked is None
    ledger.revoke(one.id)
    assert other.find(first).revoked is not None
    assert other.find(second).revoked is None
    assert ledger.rotate() == 1
    assert other.find(second) is None


def test_shares_end_by_themselves(ledger, clock):
    share, _ = ledger.make(SHARE)
    assert ledger.state(share) == "live"
    clock[0] = 2000
    assert ledger.state(share) == "expired"
    assert share.state(1999, longest=900) == "expired"  # the administrator's bound is now shorter
    assert replace(share, expires=None).state(1e9, longest=0) == "live"
    clock[0] += 31 * 86_400
    ledger.make(replace(SHARE, expires=None))
    assert [known.expires for known in ledger.all()] == [None]


def test_tokens_are_compared_in_constant_time(monkeypatch):
    asked = []
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: asked.append((a, b)) or False)
    assert not is_token("x", SHARE, b"key")
    assert len(asked) == 1


def test_an_unknown_id_is_refused_by_the_same_comparison(ledger, monkeypatch):
    ledger.make(SHARE)
    asked = []
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: asked.append((a, b)) or False)
    ledger.find("f" * 44)
    assert len(asked) == 1


def test_ten_thousand_guesses(tmp_path):
    ours = sharing(tmp_path)
    _, token = ours.make(Wish(("files", "a"), "me"))
    assert ours.find(token, "friend")
    answers = {None: 0, Unavailable: 0}
    for guess in range(10_000):
        try:
            answers[ours.find(token[:12] + f"{guess:032d}", "enemy")] += 1
        except Unavailable:
            answers[Unavailable] += 1
    assert answers == {None: guards._PER_ADDRESS, Unavailable: 10_000 - guards._PER_ADDRESS}
    assert ours.find(token, "enemy")  # as behind a proxy


def test_guards_forget_after_a_minute_and_count_a_repeated_token_once():
    now = [0.0]
    guard = Guard(lambda: now[0])
    for _ in range(10_000):
        guard.was_wrong("viewer", "expired")
    assert guard.may_ask("viewer", "another")
    for guess in range(guards._IN_ALL):
        guard.was_wrong(f"botnet {guess}", str(guess))
    assert not guard.may_ask("anybody", "another")
    now[0] = 61.0
    assert guard.may_ask("anybody", "another")


def test_links_of_one_server_are_worth_nothing_on_another_of_the_same_user(tmp_path):
    ours = sharing(tmp_path)
    _, token = ours.make(Wish(("files", "a"), "me"))
    assert sharing(tmp_path, "/other").find(token, "x") is None
    assert sharing(tmp_path, is_on=False).find(token, "x") is None
    assert sharing(tmp_path).find(token, "x")


def test_how_long_links_live(tmp_path):
    ours = sharing(tmp_path, longest=3600)
    share, _ = ours.make(Wish(("files", "a"), "me"))
    assert share.expires == share.made + 3600
    with pytest.raises(ValueError, match="1h at most"):
        ours.make(Wish(("files", "a"), "me", "2h"))
    with pytest.raises(ValueError, match="without end"):
        ours.make(Wish(("files", "a"), "me", None))
    share, _ = sharing(tmp_path, longest=0).make(Wish(("files", "a"), "me", None))
    assert share.expires is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_lengths_of_life(text, seconds):
    assert seconds_of(text) == seconds
    assert seconds_of(text_of(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "1.5h", "1h30m", "٧d", "9999999d", "7 d"])
def test_what_is_no_length_of_life(text):
    with pytest.raises(ValueError, match="'7d'"):
        seconds_of(text)


def test_uses_of_several_servers_add_up(tmp_path):
    one, other = Uses(tmp_path), Uses(tmp_path)
    for uses, times in ((one, 3), (other, 2)):
        for _ in range(times):
            uses.note("a")
        uses.write()
    one.note("a")
    assert one.all()["a"][0] == 6
    assert other.all()["a"][0] == 5
    (tmp_path / "uses.json").write_text("{")
    assert other.all() == {}


@pytest.mark.skipif(os.name != "posix", reason="elsewhere files have no such modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_may_read_by_now_is_refused(ledger, tmp_path, mode):
    _, token = ledger.make(SHARE)
    key = tmp_path / "links" / "key"
    assert ledger.find(token) is not None
    key.chmod(mode)
    for act in (lambda: ledger.find(token), lambda: ledger.make(SHARE), ledger.all):
        with pytest.raises(Unreadable, match=r"chmod 600 .*jupyter zarr rotate"):
            act()
    key.chmod(0o600)
    assert ledger.find(token) is not None
    key.chmod(mode)
    ledger.rotate()
    assert ledger.find(token) is None
    assert key.stat().st_mode & 0o777 == 0o600
