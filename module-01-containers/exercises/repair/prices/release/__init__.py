"""Says what a book costs."""
