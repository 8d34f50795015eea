"""From a broker's bytes to `Inbox.on_message`: connections, sessions, acknowledgements.

Refuses to know what a message means and what becomes of it.
"""
