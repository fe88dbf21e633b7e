"""Rewrites, one a module: the run-ahead slice; the sites."""
