"""Commands on their way to the devices: checked, kept, repeated, answered or expired."""
