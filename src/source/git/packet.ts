/** Packets of git's wire protocol (gitprotocol-common, "pkt-line"): text, or one of the special packets. */
export type Packet = string | 'flush' | 'delim';

const flush = '0000';
const delimiter = '0001';

export function encodePackets(packets: readonly Packet[]): Uint8Array {
  const parts = packets.map((packet) => {
    if (packet === 'flush') return flush;
    if (packet === 'delim') return delimiter;
    const line = `${packet}\n`;
    return (Buffer.byteLength(line) + 4).toString(16).padStart(4, '0') + line;
  });
  return Buffer.from(parts.join(''));
}

/** Undefined when the bytes are not packets: some other protocol, or an answer that was cut off. */
export function decodePackets(bytes: Uint8Array): Packet[] | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: Packet[] = [];
  for (let at = 0; at < data.length; ) {
    const digits = data.toString('latin1', at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return undefined;
    const length = Number.parseInt(digits, 16);
    if (length < 4) {
      packets.push(length === 1 ? 'delim' : 'flush');
      at += 4;
      continue;
    }
    if (at + length > data.length) return undefined;
    packets.push(data.toString('utf8', at + 4, at + length).replace(/\n$/, ''));
    at += length;
  }
  return packets;
}

/** Packets of a stream as they come, data as bytes. Ends with the stream; throws when that ends inside a packet. */
export async function* readPackets(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | 'flush' | 'delim'> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 4) {
      const length = Number.parseInt(rest.toString('latin1', at, at + 4), 16);
      if (Number.isNaN(length)) throw new Error('the answer is not in packets of git');
      if (length < 4) {
        yield length === 1 ? 'delim' : 'flush';
        at += 4;
      } else if (rest.length - at >= length) {
        yield rest.subarray(at + 4, at + length);
        at += length;
      } else break;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new Error('the answer was cut off');
}
