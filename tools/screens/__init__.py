"""The pictures in docs/screens/: every page that somebody can meet, taken of the product with invented cases."""
