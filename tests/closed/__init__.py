"""Callees as users write them, without ordered effects: each is to run early, or the remark says why it does not."""
