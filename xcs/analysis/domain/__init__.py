"""What the interpreter computes with: places, abstract values, effects, abstract memory and state."""
