"""What the recipe of the face detector is made of: network, loss, scenes, labelled photos, evaluation."""
