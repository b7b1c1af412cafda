"""The HTTP API: JSON in, one service call or query, JSON or the refusal out."""
