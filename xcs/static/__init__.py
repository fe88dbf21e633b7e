"""What names mean without running a program: from imports, definitions, annotations and calls in the text."""

from .shadow import Shadow
from .world import World

__all__ = ["Shadow", "World"]
