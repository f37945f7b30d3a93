"""Judgements: small pure functions of observations, one file a task. Their names are sentences."""
