"""What chapters of this text share: the translation models of its tables, and its four requirements."""
