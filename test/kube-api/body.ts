import { parse } from 'yaml';
import { invalidValue } from './causes.ts';
import { asString, at, isObject, type Json, type JsonObject } from './json.ts';
import { groupVersion, type Resource } from './kinds/resource.ts';
import { hasReadableData } from './kinds/secret.ts';
import type { KubeObject } from './object.ts';
import { decodeProtobuf } from './protobuf/decode.ts';
import { memberSchema } from './schema/schema.ts';
import { ApiError, badRequest, invalid, unsupportedMediaType } from './status.ts';

const accepted = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The media type of a request body, without parameters; kubectl-less clients that say nothing mean JSON. */
export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() || 'application/json';
}

/** Decodes a body of JSON, YAML or Kubernetes' protobuf into an object. */
export function decodeBody(body: Buffer, header: string | undefined, wanted: string): JsonObject {
  const type = mediaType(header);
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(body);
  const value = type === 'application/yaml' ? parseYaml(body.toString()) : parseJson(body.toString(), wanted);
  if (!isObject(value)) throw badRequest(unrecognized(wanted, 'json: cannot unmarshal into Go value'));
  return value;
}

function unrecognized(wanted: string, why: string): string {
  return `the object provided is unrecognized (must be of type ${wanted}): couldn't get version/kind; json parse error: ${why}`;
}

function parseJson(text: string, wanted: string): Json {
  if (text === '') throw badRequest(unrecognized(wanted, 'unexpected end of JSON input (<empty>)'));
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(unrecognized(wanted, `${error instanceof Error ? error.message : error}`), error);
  }
}

/** YAML, or JSON, which YAML includes. 400 when it is neither. */
export function parseYaml(text: string): Json {
  try {
    return parse(text, { maxAliasCount: 100 }) as Json;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : error}`, error);
  }
}

/** Reads a body as an object of the resource: kind and version must fit, what the kind does not know is dropped. */
export function readObject(body: JsonObject, resource: Resource): KubeObject {
  if (resource.isCustom) requireCustomType(body, resource);
  else requireType(body, resource);
  checkTypes(body, resource);
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  return resource.read({ ...body, apiVersion: groupVersion(resource), kind: resource.kind, metadata } as KubeObject);
}

function cannotHandle(kind: string, version: string, resource: Resource, why: string): ApiError {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${resource.kind}: ${why}`);
}

function requireType(body: JsonObject, resource: Resource): void {
  const expected = groupVersion(resource);
  const kind = asString(body['kind']) || resource.kind;
  const apiVersion = asString(body['apiVersion']) || expected;
  if (apiVersion !== expected) {
    const scheme = 'in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"';
    const why = `no kind "${kind}" is registered for version "${apiVersion}" ${scheme}`;
    throw cannotHandle(kind, apiVersion.split('/').at(-1) ?? '', resource, why);
  }
  if (kind === resource.kind) return;
  const why = `converting (${resource.version}.${kind}) to (core.${resource.kind}): unknown conversion`;
  throw cannotHandle(kind, resource.version, resource, why);
}

function requireCustomType(body: JsonObject, resource: Resource): void {
  const { kind, apiVersion } = body;
  const expected = groupVersion(resource);
  if (!kind) {
    const why = `unmarshalerDecoder: Object 'Kind' is missing in '${JSON.stringify(body)}'`;
    throw cannotHandle(resource.kind, resource.version, resource, why);
  }
  if (!apiVersion) {
    const why = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
    throw new ApiError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
  }
  const group = asString(apiVersion).split('/').reverse()[1] ?? '';
  const subject = { kind: asString(kind), group, name: asString(at(body, 'metadata', 'name')) };
  if (apiVersion !== expected) throw invalid(subject, [invalidValue('apiVersion', apiVersion, `must be ${expected}`)]);
  if (kind !== resource.kind) throw invalid(subject, [invalidValue('kind', kind, `must be ${resource.kind}`)]);
}

function checkTypes(body: JsonObject, resource: Resource): void {
  const cannot = (what: string) =>
    badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${what}`);
  const metadata = body['metadata'];
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw cannot('v1.ObjectMeta: readObjectStart: expect { or n');
  for (const field of ['labels', 'annotations']) {
    const values = isObject(metadata) ? metadata[field] : undefined;
    if (isObject(values) && Object.values(values).some((value) => value !== null && typeof value !== 'string')) {
      throw cannot(`ObjectMeta.${field}: ReadString: expects " or n`);
    }
  }
  if (resource.isCustom) return;
  if (resource.kind === 'Secret' && !hasReadableData(body))
    throw cannot('v1.Secret.Data: base64Codec: illegal base64 data');
  const mismatch = typeMismatch(body, resource.schema, `v1.${resource.kind}`);
  if (mismatch !== undefined) throw cannot(mismatch);
}

const complaints: Record<string, string> = {
  string: 'ReadString: expects " or n',
  boolean: 'ReadBool: expect t or f',
  integer: 'readUint64: unexpected character',
  object: 'ReadMapCB: expect { or n',
  array: 'decode slice: expect [ or n',
};

/** RFC 3339 as Go's time.Parse takes it. */
function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isOfType(value: Json, type: string): boolean {
  if (type === 'integer') return typeof value === 'number';
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isObject(value) : typeof value === type;
}

function typeMismatch(value: Json, schema: Resource['schema'], path: string): string | undefined {
  const { type } = schema;
  if (value === null) return;
  if (type !== undefined && !isOfType(value, type)) return `${path}: ${complaints[type] ?? 'unexpected type'}`;
  if (schema.format === 'date-time' && !isTime(asString(value))) return `${path}: unmarshalerDecoder: parsing time`;
  if (Array.isArray(value)) return first(value.map((item) => typeMismatch(item, schema.items ?? {}, path)));
  return isObject(value) ? memberMismatch(value, schema, path) : undefined;
}

function memberMismatch(value: JsonObject, schema: Resource['schema'], path: string): string | undefined {
  return first(
    Object.entries(value).map(([name, member]) => {
      const below = memberSchema(schema, name);
      if (below === undefined || member === undefined) return undefined;
      return typeMismatch(member, below, schema.properties ? `${path}.${name}` : path);
    }),
  );
}

function first(found: (string | undefined)[]): string | undefined {
  return found.find((text) => text !== undefined);
}
