"""The live web console: the panels of `dashboards/` on NiceGUI, with the posts behind every number."""
