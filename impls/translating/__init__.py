"""From one sequence to another: encoders with decoders, the published systems, and BLEU."""
