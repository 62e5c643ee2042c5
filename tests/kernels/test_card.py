"""The snippets that a published object shows are pasted and run as they are, with the token filled in."""

import ast
import html
import json
import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.kernels.jupyter import running_kernel, runtime_of

CARD = """
import pandas as pd
jz.publish(frame=pd.DataFrame({"x": [1.5, 2.5]}), t=np.arange(12.0).reshape(3, 4))
print(jz.published()[%r]._repr_html_())
"""


@pytest.mark.parametrize("name", ["t", "frame"])
def test_every_snippet_of_a_card_runs(busy_server, kernel, name, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", busy_server.token)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime_of(busy_server)))
    kernel.run("import numpy as np\nimport jupyter_zarr_serve as jz")
    card = kernel.run(CARD % name)
    snippets = [html.unescape(code) for code in re.findall(r"<pre[^>]*>(.*?)</pre>", card, re.DOTALL)]
    assert len(snippets) >= 3
    assert "jz.open(" in snippets[0]
    for code in snippets:
        assert busy_server.token not in code
        check(run(code), name)


KINDS = """
import pandas as pd, polars as pl, scipy.sparse, sparse, xarray as xr
objects = {
    "pandas": pd.DataFrame({"x": [1]}), "pandas 2": pd.Series([1], index=["a"], name="s"),
    "polars": pl.DataFrame({"x": [1]}), "polars 2": pl.Series("s", [1]),
    "xarray": xr.Dataset({"t": ("x", [1])}), "xarray 2": xr.DataArray([1], coords={"x": [3]}, dims="x"),
    "sparse": sparse.COO(np.eye(2)), "sparse 2": scipy.sparse.csr_array(np.eye(2)),
    "": np.ones(3), " 2": {"a": {"b": np.ones(2)}},
}
for kind, obj in objects.items():
    card = jz.publish(f"of {kind}", obj)._repr_html_()
    print("as_=" in card, f"as_=&#x27;{kind.split(' ')[0]}&#x27;" in card)
"""


def test_it_is_opened_as_what_it_was(kernel):
    kernel.run("import numpy as np\nimport jupyter_zarr_serve as jz")
    assert kernel.run(KINDS).splitlines() == ["True True"] * 8 + ["False False"] * 2


def test_jupyterlab_is_told_what_its_card_is_about(kernel):
    show = "; import json; print(json.dumps({}._repr_mimebundle_()))"
    kernel.run("import numpy as np\nimport jupyter_zarr_serve as jz")
    publish = "h = jz.publish('t', np.ones((3, 4)), dims=('y', 'x'), frozen=True)"
    (cards,) = json.loads(kernel.run(publish + show.format("h"))).values()
    facts = {"kind": "array", "shape": [3, 4], "dtype": "float64", "dimension_names": ["y", "x"]}
    assert cards == {"cards": [{"name": "t", "kernel": kernel.id, "is_frozen": True, **facts}]}
    assert json.loads(kernel.run("h.unpublish()" + show.format("h"))) == {}
    many = "many = jz.publish(**{f'v{i}': np.ones(2) for i in range(9)})"
    assert json.loads(kernel.run(many + show.format("many"))) == {}


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
    elif isinstance(shown, xr.Dataset | pd.DataFrame):
        np.testing.assert_array_equal(shown["x"], [1.5, 2.5])
    elif isinstance(shown, dict):
        np.testing.assert_array_equal(shown["x"][:], [1.5, 2.5])
    else:  # dask's first array: the index
        np.testing.assert_array_equal(np.asarray(shown), [0, 1])


def test_the_viewer_is_a_frame_of_the_notebooks_own_origin(busy_server, kernel):
    kernel.run("import numpy as np\nimport jupyter_zarr_serve as jz")
    shown = kernel.run(
        "h = jz.publish(**{'a b': np.ones((3, 4))}); print(h.view()._repr_html_()); print(h.view().url)"
    )
    (source,) = re.findall(r'<iframe src="([^"]+)"', shown)
    assert html.unescape(source) == f"/zarr/view?path={kernel.path}/a%20b"
    assert shown.rstrip().endswith(f":{busy_server.url.split(':')[-1][:-1]}{html.unescape(source)}")
    answer = busy_server.get(html.unescape(source)[1:])
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_a_view_beside_the_notebook_is_told_to_the_extension_and_shown_elsewhere(kernel):
    kernel.run("import numpy as np\nimport jupyter_zarr_serve as jz\nh = jz.publish(x={'y': np.ones(3)})")
    shown = "get_ipython().display_formatter.format(h.view('y', beside=True))[0]"
    bundle = json.loads(kernel.run(f"import json; print(json.dumps({shown}))"))
    told = bundle["application/vnd.jupyter-zarr-serve.view.v1+json"]
    assert told == {"kernel": kernel.path.removeprefix("kernels/"), "names": ["x", "y"]}
    assert "<iframe" in bundle["text/html"]


def test_nothing_is_refused_for_it(server):
    """A log that says that somebody was refused would worry people at each cell that publishes."""
    before = server.log.read_text().count(" 401 ")
    with running_kernel(server) as own:
        own.run(
            "import numpy as np, jupyter_zarr_serve as jz; print(jz.publish(t=np.ones(3))._repr_html_())"
        )
    assert server.log.read_text().count(" 401 ") == before
