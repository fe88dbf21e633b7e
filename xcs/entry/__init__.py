"""Entering a region: state of a decorated function, verdicts and their checks, turns, activation, peeling."""
