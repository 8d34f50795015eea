"""The production diary of the plots, as VietGAP asks for it: what is written down by itself, what
people write, and what a lot of tea tells its buyer. Pure; knows no other part of the gateway."""
