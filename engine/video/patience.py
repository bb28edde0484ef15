"""How long a server is waited for, in seconds."""

CONNECT_S = 5.0
SILENCE_S = 3.0  # a stream that says nothing for so long is lost
