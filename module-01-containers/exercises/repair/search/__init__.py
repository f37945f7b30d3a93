"""Finds books."""
