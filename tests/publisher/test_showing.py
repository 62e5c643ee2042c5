"""`jz.view` in a kernel: what cells show, and what is drawn anew."""

from typing import Any

from tests.publisher.client import SECONDS, Kernel


def displays(kernel: Kernel, code: str) -> list[tuple[str, str, str]]:
    """The kind, display id and HTML of what a cell displays."""
    found: list[tuple[str, str, str]] = []

    def collect(message: dict[str, Any]) -> None:
        if message["msg_type"] in {"display_data", "update_display_data", "execute_result"}:
            content = message["content"]
            told = content.get("transient", {}).get("display_id", ""), content["data"].get("text/html", "")
            found.append((message["msg_type"], *told))

    reply = kernel.client.execute_interactive(code, timeout=SECONDS, output_hook=collect)
    assert reply["content"]["status"] == "ok", reply["content"]
    return found


def test_it_publishes_and_shows_and_again_it_draws_anew(kernel):
    (first,) = displays(kernel, "image = np.zeros((8, 8)); jz.view(image)")
    kind, display_id, html = first
    assert kind == "display_data"
    assert "<iframe" in html
    assert "/image" in html
    assert display_id
    assert kernel.run("print(list(jz.published()))").strip() == "['image']"
    again = displays(kernel, "image += 1; jz.view(image)")
    assert [(kind, known) for kind, known, _ in again] == [
        ("update_display_data", display_id),
        ("display_data", display_id),
    ]


def test_its_name_and_options_are_those_of_publish(kernel):
    (shown,) = displays(kernel, "jz.view(np.zeros((2, 8, 8)), 'other', axes='cyx', frozen=True)")
    assert "/other" in shown[2]
    assert kernel.run("print(jz.published()['other'].is_frozen)").strip() == "True"
    assert "/view" in displays(kernel, "jz.view(np.ones(3))")[0][2]


def test_an_option_that_there_is_not_publishes_nothing(kernel):
    known = kernel.run("print(list(jz.published()))")
    said = kernel.run("try: jz.view(np.ones(3), heigth=3)\nexcept TypeError as error: print(error)")
    assert said.startswith("jz.view has no option heigth; there are member, height, chunks")
    assert kernel.run("print(list(jz.published()))") == known
