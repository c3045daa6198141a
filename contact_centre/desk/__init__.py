"""Where agents and departments work."""
