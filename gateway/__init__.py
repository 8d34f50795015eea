"""The gateway: intake, journal, rules, irrigation, alerts, commands, forwarding, history and API.

Its parts never import each other: `gateway.pipeline` and `gateway.app` connect them.
"""
