"""Tests of engine.video."""
