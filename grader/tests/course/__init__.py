"""Tests of the course itself: its lessons run, and its pages tell the truth."""
