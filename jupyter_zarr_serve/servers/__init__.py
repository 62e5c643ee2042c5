"""The running Jupyter servers of this user: which there are, proof that it is they, and asking them."""
