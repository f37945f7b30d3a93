"""Writes orders down."""
