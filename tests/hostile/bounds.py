"""What one file may cost at most, whatever is in it: held by the tests, and by the fuzz run by hand.

Here: the bounds, and nothing else, so that they stand in one place.
"""

# Wall time, of which a small hostile file takes some hundredths; the rest is for machines that are slow or busy.
SECONDS_PER_FILE = 60

# Wall time of a whole refresh of some dozens of such files, or of one of 100 MB.
SECONDS_PER_RUN = 600

# Address space on top of what a process has once everything is imported. Beyond it allocation fails, and the process dies of it.
MEMORY_PER_FILE = 3 << 30  # bytes
