"""All figures of docs/performance.md: ``python -m benchmarks``, in an environment with the extra ``test``.

Where they are installed, wrk makes the load (else threads of Python) and nginx is one of the peers.
"""

from benchmarks import (
    big,
    browse,
    costs,
    exports,
    kernels,
    lab,
    live,
    memory,
    opening,
    reading,
    serving,
    tables,
    viewing,
)

for part in (
    kernels, opening, costs, serving, reading, memory, exports, big, browse, viewing, tables, lab, live,
):  # fmt: skip
    part.main()
