"""The viewer page in a real browser: pixels are read back and compared."""
