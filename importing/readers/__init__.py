"""Readers: a path and the user's options in, a draft out. One module for each kind of file.

`importing.file_kinds` names them; nothing imports a reader directly.
"""
