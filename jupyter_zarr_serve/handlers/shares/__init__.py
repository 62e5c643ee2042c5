"""Share links over HTTP: made, listed, revoked and visited."""
