"""The version of the package, for those who print it: `pyproject.toml` says the same."""

__version__ = "0.1.0"
