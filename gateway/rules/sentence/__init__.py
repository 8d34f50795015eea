"""What a rule does, in one sentence of Vietnamese and of English, for people who read no YAML."""

from gateway.rules.sentence.names import Names
from gateway.rules.sentence.whole import say

__all__ = ["Names", "say"]
