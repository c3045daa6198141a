"""Forms of the desk. They check a dictionary and write nothing."""
