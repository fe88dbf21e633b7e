"""What the language's own operations mean: names, attributes, operators, calls of functions, stores, managers."""
