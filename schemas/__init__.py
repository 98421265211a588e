"""Contracts: the records, topics, brand configuration and tables that every other part relies on. Imports nothing of ours."""
