"""Brands, their campaigns, what they spent, and whether they run."""
