"""What settles a claim: a search, a finite list, or independent trials."""
