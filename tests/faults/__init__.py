"""Faults of whole systems: real processes on a database of their own, and what their clients see when parts die."""
