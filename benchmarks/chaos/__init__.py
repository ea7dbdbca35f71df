"""Kill the app at random moments, and break what is kept on disk.

`kills` kills writers, `app_kills` the worker and the real app, `faults` breaks disks, files and processes.
What was acknowledged is noted by the killing process, never by the killed one.
"""
