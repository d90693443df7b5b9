"""A run: what stands around the claims, what lay in its folder before, and what it says at its end."""
