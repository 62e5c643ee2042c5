"""The snippets that a published object shows are pasted and run as they are, with the token filled in."""

import ast
import html
import re

import numpy as np
import pytest
import xarray as xr

CARD = """
import pandas as pd
jz.publish(frame=pd.DataFrame({"x": [1.5, 2.5]}), t=np.arange(12.0).reshape(3, 4))
print(jz.published()[%r]._repr_html_())
"""


@pytest.mark.parametrize("name", ["t", "frame"])
def test_every_snippet_of_a_card_runs(busy_server, kernel, name):
    kernel.run("import numpy as np\nimport jupyter_zarr_serve as jz")
    card = kernel.run(CARD % name)
    snippets = [html.unescape(code) for code in re.findall(r"<pre[^>]*>(.*?)</pre>", card, re.DOTALL)]
    assert len(snippets) >= 3
    for code in snippets:
        assert 'token = "..."' in code
        check(run(code.replace('"..."', repr(busy_server.token))), name)


def run(code):
    """What the last expression of a cell gives."""
    cell, variables = ast.parse(code), {}
    last = cell.body.pop()
    assert isinstance(last, ast.Expr)
    exec(compile(cell, "<card>", "exec"), variables)
    return eval(compile(ast.Expression(last.value), "<card>", "eval"), variables)


def check(shown, name):
    if name == "t":
        np.testing.assert_array_equal(np.asarray(shown), np.arange(12.0).reshape(3, 4))
    elif isinstance(shown, xr.Dataset):
        np.testing.assert_array_equal(shown["x"], [1.5, 2.5])
    elif isinstance(shown, dict):
        np.testing.assert_array_equal(shown["x"][:], [1.5, 2.5])
    else:  # dask's first array: the index
        np.testing.assert_array_equal(np.asarray(shown), [0, 1])
