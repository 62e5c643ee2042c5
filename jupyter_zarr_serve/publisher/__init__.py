"""The part that runs in a kernel: variables become nodes, threads answer the server's requests."""
