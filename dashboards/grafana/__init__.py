"""Grafana for technicians: provisioning files, and the dashboard that is made of the kinds."""
