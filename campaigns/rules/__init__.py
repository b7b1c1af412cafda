"""The rules: plain values in, plain values out. No Django, no database, no clock."""
