"""The printed form, on libcst: Python over `concurrent.futures` that runs without xcs, with the same plan."""
