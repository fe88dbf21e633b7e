"""The programs whose time is compared with their ideal: callees of `LATENCY` seconds, the critical path is known."""
