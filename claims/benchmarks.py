"""Chapter 9, benchmarks: what follows from the printed figures by arithmetic."""
