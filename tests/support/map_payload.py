"""Decoder of the payloads of the linked maps, in Python."""

import json
import struct
from typing import Any

import numpy as np

BLOB_TYPES = {"float32": "<f4", "uint32": "<u4", "uint16": "<u2", "uint8": "u1"}


def decode_payload(payload: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Decode the header and blobs of a payload, as the browser does."""
    (length,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + length])
    start = 4 + length + (-length % 4)
    blobs = {
        name: np.frombuffer(
            payload,
            dtype=BLOB_TYPES[blob["type"]],
            count=blob["length"] // np.dtype(BLOB_TYPES[blob["type"]]).itemsize,
            offset=start + blob["offset"],
        )
        for name, blob in header["blobs"].items()
    }
    return header, blobs
