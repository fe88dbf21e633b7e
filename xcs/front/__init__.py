"""From source to IR: locating a function's text, its cache, lowering."""
