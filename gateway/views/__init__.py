"""Read models: what pages and the API show, as frozen values.

They are built on the event loop from the fleet in memory; what is asked of the past runs in worker
threads. Nothing here writes, and nothing here knows HTML or a language.
"""

from gateway.views.views import Views

__all__ = ["Views"]
