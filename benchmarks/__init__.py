"""What surrounds xcs: the local LLM server, the demo, the benchmarks."""
