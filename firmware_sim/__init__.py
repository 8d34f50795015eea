"""Simulated devices and the world they live in; they meet the gateway only on the wire."""
