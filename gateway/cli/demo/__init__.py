"""`hamlet demo`: a simulated hamlet with its broker, its past week and its page."""
