"""The intermediate representation, with def-use chains and structure."""
