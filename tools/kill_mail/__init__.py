"""Kills the product (SIGKILL) at random points on the way of a mail, and looks at what is left when all is quiet."""
