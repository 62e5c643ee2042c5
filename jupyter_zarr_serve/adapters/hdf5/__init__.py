"""HDF5 as h5py's open objects, whoever opened them: a reader of files, or the user of a kernel."""
