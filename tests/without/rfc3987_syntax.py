"""Not here, for the tests' servers: compiling its grammars takes most of the time in which one starts.

jsonschema imports it if it can, to check the format of IRIs, of which Jupyter's events have none.
"""

raise ImportError(__doc__)
