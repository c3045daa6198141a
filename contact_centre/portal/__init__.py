"""What residents see: the report form and the tracking page."""
