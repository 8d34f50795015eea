"""Rules: what technicians write in YAML, checked whole, compiled once, run by a pure engine.

Knows devices and their newest values; never the clock, the journal or the network.
"""
