"""The engine for PostgreSQL: Django's own, with one thing done in another way."""
