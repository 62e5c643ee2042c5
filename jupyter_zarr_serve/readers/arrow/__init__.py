"""Parquet, Feather and Arrow IPC files, by pyarrow."""
