"""The Detection tab: a live picture with boxes, what they are, and honest numbers."""
