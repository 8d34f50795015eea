"""Expressions: arithmetic and logic over what a device measures, with "unknown" as a third truth.

Text → tokens → Python's own parser → checked nodes → one compiled function. Only nodes of
`nodes.py` come out of the parser, so nothing else can ever run.
"""
