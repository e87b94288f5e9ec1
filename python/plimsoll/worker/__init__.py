"""What runs in the environment of a version: the worker process, from source, on the standard library alone."""
