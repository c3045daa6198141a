"""What residents see, by topic."""
