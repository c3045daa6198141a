"""What providers of text messages tell and bring: delivery reports, and texts of residents."""
