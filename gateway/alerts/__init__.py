"""Alerts from their opening to their end."""
