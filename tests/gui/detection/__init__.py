"""Tests of gui.detection."""
