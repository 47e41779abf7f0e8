"""Test sets: a folder, an archive or a file of arrays comes in, and rows with keys and labels go out.

Nothing is unpacked to disk, and no more than one row is held in memory at a time, but for files of arrays.
"""
