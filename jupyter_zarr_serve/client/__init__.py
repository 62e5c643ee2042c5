"""`open` and `watch`: finding server, login and node, and making the object that is asked for."""
