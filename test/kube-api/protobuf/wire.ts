import { badRequest } from '../status.ts';

/** One field of a protobuf message as it lies on the wire. */
export type RawField = { number: number; value: Buffer | bigint };

/** Splits a protobuf message into its fields (varints and length-delimited ones; Kubernetes uses no others here). */
export function readFields(bytes: Buffer): RawField[] {
  const fields: RawField[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[offset++];
      if (byte === undefined || shift > 63n) throw badRequest('the protobuf body is cut short');
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  };
  while (offset < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    if (wire === 0) fields.push({ number: tag >> 3, value: varint() });
    else if (wire === 2) {
      const end = Number(varint()) + offset;
      if (end > bytes.length) throw badRequest('the protobuf body is cut short');
      fields.push({ number: tag >> 3, value: bytes.subarray(offset, end) });
      offset = end;
    } else throw badRequest(`unexpected protobuf wire type ${wire}`);
  }
  return fields;
}
