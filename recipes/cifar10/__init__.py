"""What the recipe of the photo classifier is made of: network, random changes of images, labelled photographs."""
