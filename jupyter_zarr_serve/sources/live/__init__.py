"""Changes of what is served: who follows a path is told of each, whatever the data are."""
