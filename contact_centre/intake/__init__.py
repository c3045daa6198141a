"""Channels where no person of ours is at the screen."""
