"""The diary as files that others open: CSV, Excel and a book to print."""
