"""Reads what people write: language, category, kind, urgency, place, and why. The core knows no Django."""
