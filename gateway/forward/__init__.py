"""Takes what the journal holds to other stores, from a cursor, for as long as it takes.

Nothing here is needed to run the hamlet: a store that is away costs disk space and nothing else.
"""
