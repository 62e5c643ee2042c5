"""Pages for people: of nodes, of the viewer, and ways to other viewers."""
