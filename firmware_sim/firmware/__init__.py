"""The programs that run on the devices, one kind each. Pure: time comes in, messages go out."""
