"""Watering the plots: interlocks, runs from the pump to the closed valve, and the reasons why."""
