"""Polish as its offices write it."""
