"""Back-test: what rules would have done with readings of the past, by the engine that runs live.

Stands on the parts of the gateway as the read models do. No clock, no threads: whoever calls reads
rows from somewhere, and says after each piece of them whether to go on.
"""
