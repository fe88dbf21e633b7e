"""What names mean without running a program: from imports, definitions, annotations and calls in the text."""

from .world import Shadow, World

__all__ = ["Shadow", "World"]
