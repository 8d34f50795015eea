"""The commands that a person types. The only part that may import everything."""
