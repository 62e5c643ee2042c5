"""Sources: what answers a `Request`, and from where."""
