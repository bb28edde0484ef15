"""Files the application ships: catalog, bundled models, icons and texts."""
