"""One layer at a time: what it computes, cell by cell, in NumPy and OpenCV without TensorFlow."""
