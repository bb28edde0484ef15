"""What the recipe of the digits model is made of: digits as the program sees them, and the card."""
