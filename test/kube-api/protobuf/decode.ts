import { isObject, type Json, type JsonObject } from '../json.ts';
import { notImplemented } from '../status.ts';
import { type Field, kinds, type Message, typeMeta } from './messages.ts';
import { type RawField, readFields } from './wire.ts';

const magic = Buffer.from('k8s\0');

/**
 * Decodes a body of application/vnd.kubernetes.protobuf, which kubectl sends when it creates built-in kinds itself.
 * Kinds whose message is not known here are 501.
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, 4).equals(magic)) throw notImplemented('protobuf bodies without the k8s envelope');
  const envelope = readFields(body.subarray(4));
  const meta = decodeMessage(bytesOf(envelope, 1), typeMeta);
  const kind = String(meta['kind']);
  const message = kinds[kind];
  if (message === undefined) throw notImplemented(`protobuf bodies of kind ${kind}`);
  return { ...meta, ...decodeMessage(bytesOf(envelope, 2), message) };
}

function bytesOf(fields: RawField[], number: number): Buffer {
  const found = fields.find((field) => field.number === number)?.value;
  return Buffer.isBuffer(found) ? found : Buffer.alloc(0);
}

function decodeMessage(bytes: Buffer, message: Message): JsonObject {
  const result: JsonObject = {};
  for (const raw of readFields(bytes)) {
    const field = message[raw.number];
    if (field !== undefined) store(result, field, raw.value);
  }
  return result;
}

function store(result: JsonObject, field: Field, raw: Buffer | bigint): void {
  const value = decodeValue(field, raw);
  const { name } = field;
  if (field.isMap) {
    const current = isObject(result[name]) ? result[name] : {};
    result[name] = { ...current, ...(isObject(value) ? value : {}) };
  } else if (field.isList) {
    result[name] = [...(Array.isArray(result[name]) ? result[name] : []), value];
  } else {
    result[name] = value;
  }
}

function decodeValue(field: Field, raw: Buffer | bigint): Json {
  if (typeof raw === 'bigint') return field.type === 'bool' ? raw !== 0n : Number(BigInt.asIntN(64, raw));
  if (field.isMap) return mapEntry(field, raw);
  if (field.type === 'bytes') return raw.toString('base64');
  if (field.type === 'time') return decodeTime(raw);
  return typeof field.type === 'object' ? decodeMessage(raw, field.type) : raw.toString('utf8');
}

function mapEntry(field: Field, raw: Buffer): JsonObject {
  const entry = readFields(raw);
  const key = bytesOf(entry, 1).toString('utf8');
  const value = bytesOf(entry, 2);
  return { [key]: field.type === 'bytes' ? value.toString('base64') : value.toString('utf8') };
}

function decodeTime(raw: Buffer): string | null {
  const seconds = readFields(raw).find((field) => field.number === 1)?.value;
  return typeof seconds === 'bigint' ? `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z` : null;
}
