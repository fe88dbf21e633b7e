"""What a region's statements mean: abstract values, effects of callees, def-use chains, dependences."""
