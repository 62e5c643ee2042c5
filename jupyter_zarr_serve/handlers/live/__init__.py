"""The live connection: notices of changes, and many chunks at once, over one WebSocket."""
