"""The systems that are compared, token by token: one tensor for each position, so that a trace keeps the positions apart."""
