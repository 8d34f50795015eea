"""`hamlet irrigation simulate`: a season of the plots, watered in different ways."""
