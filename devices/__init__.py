"""The vocabulary of the hamlet: kinds, metrics, commands, topics, and decoding bytes into readings.

Knows nothing of the gateway, the clock or the network.
"""
