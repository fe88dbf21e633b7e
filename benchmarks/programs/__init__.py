"""Programs as users write them; the demo runs each of them plain and decorated."""
