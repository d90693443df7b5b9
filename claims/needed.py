"""Chapter 10, what was needed: four requirements, put to each system."""
