"""The Inspector tab: what a classifier says about an image."""
