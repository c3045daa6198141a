"""What residents fill in: plain forms that check words and never save."""
