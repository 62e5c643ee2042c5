"""What runs in a worker process: it reads files, so that none of them can end or block the server."""
