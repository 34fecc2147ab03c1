"""What every test relies on: that processes it starts heed Ctrl-C.

Whoever runs the tests in the background may have let the signal be ignored, and that is inherited.
"""

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
