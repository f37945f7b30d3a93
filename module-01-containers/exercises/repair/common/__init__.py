"""What the bookshop's services share: the standard library's web server, and just enough Redis for a queue."""
