"""What claims are about: networks, passages and grammars as domains, printed figures, traces. Shared by the chapters."""
