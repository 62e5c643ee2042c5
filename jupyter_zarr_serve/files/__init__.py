"""Files and folders as a tree of nodes: what is below which root, and whether it is still as it was."""
