"""Small files that say, or unpack to, far more than a machine has."""

import io
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet

MEGABYTE = 2**20


def deflated(start, each, times, end=b""):
    """Return bytes in the form that archives hold: a start, the same bytes many times, and an end."""

    def block(content, flush):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(content) + packer.flush(flush)

    return (
        block(start, zlib.Z_FULL_FLUSH) + block(each, zlib.Z_FULL_FLUSH) * times + block(end, zlib.Z_FINISH)
    )


def with_part(archive, part, packed, said):
    """Return an archive with a part of deflated bytes, of which it says another size than they have."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, packed)
        info = new.getinfo(part)
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, said  # in the list at the end
    return file.getvalue()


def gzip_of(packed):
    """Return deflated bytes as a gzip file, whose checksum nobody gets to see."""
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + packed + bytes(8)


def npy_header(shape, dtype="<f4"):
    """Return the beginning of a `.npy` file, without its numbers."""
    file = io.BytesIO()
    about = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_2_0(file, about)
    return file.getvalue()


def npz_of_zeros(megabytes):
    """Return an archive with an array of zeros, in a thousandth of its size."""
    shape = (megabytes * MEGABYTE // 16, 4)
    packed = deflated(npy_header(shape), bytes(MEGABYTE), megabytes)
    return with_part(_empty_archive(), "vectors.npy", packed, megabytes * MEGABYTE)


def parquet_of_nothing(n_rows):
    """Return a Parquet file of some bytes whose column has so many missing values."""
    file = io.BytesIO()
    schema = pa.schema([("text", pa.string())])
    part = pa.table({"text": pa.nulls(2**20, pa.string())}, schema)
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        for _ in range(n_rows // 2**20):
            writer.write_table(part)
    return file.getvalue()


def _empty_archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w"):
        pass
    return file.getvalue()
