"""Small random changes of our own code, and whether a claim or a test notices."""
