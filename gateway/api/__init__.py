"""The web application: REST under `/api/v1`, health, metrics, and the headers that protect pages.

Knows the read models and what may be asked of the gateway, not how either works.
"""
