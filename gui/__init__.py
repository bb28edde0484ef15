"""The window: what a person sees and does; all work is the engine's."""
