"""Where: the place that a text names, looked up in the gazetteer of the city."""

from classifiers.places.finding import find_place

__all__ = ["find_place"]
