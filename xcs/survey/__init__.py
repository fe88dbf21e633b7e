"""What a text shows of its waiting loops, with named assumptions: names, provenance and dependences on `ast` alone.

`@jit` decides with live objects; a text has none. Here what isn't known is assumed, by its use and by where it comes
from, and each assumption is told. Nothing of the text is run or imported.
"""
