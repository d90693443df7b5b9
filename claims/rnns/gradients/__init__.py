"""Chapter 3, vanishing and exploding gradients: what a product of step Jacobians does, and what can be done about it."""

SECTIONS = ("chain_rule", "products", "hundred", "consequences", "clipping", "learning", "remedies")
