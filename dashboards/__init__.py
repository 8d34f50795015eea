"""The pages: what a hamlet head, a technician and a resident see.

Reads the gateway's read models; owns no data of its own.
"""
