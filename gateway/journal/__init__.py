"""The journal: one SQLite file that holds everything the gateway must never forget."""
