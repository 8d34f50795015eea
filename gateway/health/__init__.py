"""Whether each device does what it is there for, and for how much of the time."""
