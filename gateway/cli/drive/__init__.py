"""A gateway and a simulated hamlet in virtual time: days in seconds, accidents at will."""
