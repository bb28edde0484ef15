"""Tests of engine.detection."""
