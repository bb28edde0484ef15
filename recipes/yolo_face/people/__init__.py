"""People who do not exist, rendered for training: heads of every kind, from every side, with exact boxes."""
