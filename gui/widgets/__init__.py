"""Widgets that several tabs share: they show finished data and tell what the person did."""
