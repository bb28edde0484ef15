"""The Training tab: data, network and settings in; curves, words and a model out."""
