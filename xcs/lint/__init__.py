"""What `xcs-lint` finds, which of it is wanted, and the forms in which it is told."""
