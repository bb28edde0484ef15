"""Where pictures come from: cameras, files, folders, streams, the screen and a synthetic scene; and recording them."""

import os

# OpenCV reads these once, when it opens its first video. Its own ten seconds of waiting for a camera that was pulled
# out would outlast every closing window, and FFmpeg's chatter about broken packets helps nobody.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
