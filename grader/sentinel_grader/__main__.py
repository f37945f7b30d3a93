"""`python -m sentinel_grader` is the console script by another name."""

from sentinel_grader.cli import main

main()
