"""The Playground tab: touch every layer of a CNN and see the arithmetic."""
