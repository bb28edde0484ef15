"""Scripts that train the bundled models, one a model."""
