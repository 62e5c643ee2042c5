"""Files as a source: worker processes or threads that read them, and what is remembered of them."""
