"""What time it is, and how far that can be believed: the machine's clocks and the gateway's own."""
