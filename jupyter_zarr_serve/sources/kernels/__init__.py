"""Kernels as a source: what they publish, and the ways to reach them."""
