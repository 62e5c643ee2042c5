"""Pages for people: of nodes, of the viewer, and viewer_routes to other viewers."""
