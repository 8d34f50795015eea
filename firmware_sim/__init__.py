"""Simulated devices and the one world they live in. They meet the gateway on the wire only."""
