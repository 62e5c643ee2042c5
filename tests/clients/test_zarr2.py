"""zarr-python 2.18, in an environment of its own, reads the torture tree in version 2."""

from tests import torture
from tests.clients.conftest import Jury
from tests.clients.environments import zarr2
from tests.clients.jury import hear
from tests.clients.verdicts import answers_of_program


def test_every_value(jury_server: Jury, side):
    question = jury_server.question(side, 2)
    heading, *answers = answers_of_program([zarr2(), "-m", "tests.clients.zarr2_reads"], question)
    assert heading["version"] == "2.18.7"
    assert set(heading["keys"]) == {path.partition("/")[0] for path in torture.leaves(side)} | {
        path for path in torture.samples() if side in torture.sides(path)
    }
    hear("zarr2", side, 2, answers, question.paths)
