"""Devices on serial ports: Modbus RTU buses that are asked, and sensors that speak lines.

Their readings enter the pipeline as telemetry, like those from the air.
"""
