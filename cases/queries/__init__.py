"""Reads that join several models for one screen. They return frozen dataclasses and write nothing."""
