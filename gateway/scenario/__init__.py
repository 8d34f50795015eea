"""Scenarios: what devices say and when, and what the rules shall make of it, as YAML.

The same engines as in the gateway, driven by explicit times: no clock, no journal, no broker.
"""
