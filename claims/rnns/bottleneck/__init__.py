"""Chapter 4, the fixed-size state: what the decoder gets to see, what 512 numbers can keep, and what length does to quality."""

SECTIONS = ("encoder", "capacity", "length")
