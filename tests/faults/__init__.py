"""Each step of the runtime fails once: what the program sees then, and what is left behind.

`points` says where something can fail or be interrupted, `programs` what runs meanwhile, `check` what must be so after
it.
"""
