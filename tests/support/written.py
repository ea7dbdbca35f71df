"""What a function writes into a file."""

import io


def written(write, *arguments, **options):
    """Return the bytes that `write(*arguments, file, **options)` writes."""
    file = io.BytesIO()
    write(*arguments, file, **options)
    return file.getvalue()
