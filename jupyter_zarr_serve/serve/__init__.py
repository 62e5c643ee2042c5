"""A request in, a response out: what a node is asked for besides its chunks, and what clients get of it."""
