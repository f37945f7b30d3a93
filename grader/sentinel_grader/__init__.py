"""Sentinel's tools: an environment from nothing, and a grader that judges by what the running thing does."""

__version__ = "0.1.0"
