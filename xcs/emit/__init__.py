"""What `@jit` runs: instrumented code, entry tests, slices, variants of open callees, assembly."""
