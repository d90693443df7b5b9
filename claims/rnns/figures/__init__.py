"""The figures that chapters share, or that a chapter of one module has; a chapter that is a package has its own beside it."""
