// Bytes from Python: [u32 header length][JSON header][blobs], little-endian, every part padded to 4 bytes.

const TYPES = { float32: Float32Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array };
const VERSION = 3;

/**
 * Read the header; blobs are copied on request, so that a rerun without changes copies nothing.
 * @param {Uint8Array} bytes
 * @returns {{header: object, blob: (name: string) => ArrayBufferView}}
 */
export function decodePayload(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  if (header.version !== VERSION) {
    throw new Error(`The maps got data of version ${header.version} but read version ${VERSION}; install ./assets/linked_maps again.`);
  }
  const start = 4 + length + (-length & 3);
  const blob = (name) => {
    const { type, offset, length: size } = header.blobs[name];
    // A copy, because a view must begin at a multiple of 4 and Streamlit's bytes may begin anywhere;
    // it also lets the rest of the message be freed.
    const copy = bytes.slice(start + offset, start + offset + size);
    return new TYPES[type](copy.buffer);
  };
  return { header, blob };
}
