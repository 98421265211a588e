"""Dashboards as code: one definition of every panel, rendered for Grafana and for the console."""
