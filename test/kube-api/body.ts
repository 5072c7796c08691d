import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from './json.ts';
import { groupVersion, type Resource } from './kinds/resource.ts';
import { hasReadableData } from './kinds/secret.ts';
import type { KubeObject } from './object.ts';
import { decodeProtobuf } from './protobuf/decode.ts';
import { badRequest, unsupportedMediaType } from './status.ts';

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
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(unrecognized(wanted, `${error instanceof Error ? error.message : error}`));
  }
}

/** YAML, or JSON, which YAML includes. 400 when it is neither. */
export function parseYaml(text: string): Json {
  try {
    return parse(text, { maxAliasCount: 100 }) as Json;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : error}`);
  }
}

/** Reads a body as an object of the resource: kind and version must fit, what the kind does not know is dropped. */
export function readObject(body: JsonObject, resource: Resource): KubeObject {
  const { kind, version } = resource;
  const apiVersion = groupVersion(resource);
  if (resource.isCustom && (!body['kind'] || !body['apiVersion'])) {
    const missing = body['kind'] ? 'apiVersion' : 'Kind';
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: unmarshalerDecoder: Object '${missing}' is missing in '${JSON.stringify(body)}'`,
    );
  }
  if ((body['kind'] ?? kind) !== kind || (body['apiVersion'] ?? apiVersion) !== apiVersion) {
    const given = String(body['kind'] ?? kind);
    const givenVersion = String(body['apiVersion'] ?? apiVersion);
    if (resource.isCustom || givenVersion !== apiVersion) {
      throw badRequest(
        `${given} in version "${givenVersion.split('/').at(-1)}" cannot be handled as a ${kind}: no kind "${given}" is registered for version "${givenVersion}"`,
      );
    }
    throw badRequest(
      `${given} in version "${version}" cannot be handled as a ${kind}: converting (${version}.${given}) to (core.${kind}): unknown conversion`,
    );
  }
  checkTypes(body, resource);
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  return resource.read({ ...body, apiVersion, kind, metadata } as KubeObject);
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

function typeMismatch(value: Json, schema: Resource['schema'], path: string): string | undefined {
  if (value === null) return;
  if (schema.type === 'string' && typeof value !== 'string') return `${path}: ReadString: expects " or n`;
  if (schema.type === 'boolean' && typeof value !== 'boolean') return `${path}: ReadBool: expect t or f`;
  if (schema.type === 'integer' && typeof value !== 'number') return `${path}: readUint64: unexpected character`;
  if (schema.type === 'object' && !isObject(value)) return `${path}: ReadMapCB: expect { or n`;
  if (schema.type === 'array' && !Array.isArray(value)) return `${path}: decode slice: expect [ or n`;
  if (Array.isArray(value)) return first(value.map((item) => typeMismatch(item, schema.items ?? {}, path)));
  if (!isObject(value)) return;
  return first(
    Object.entries(value).map(([name, member]) => {
      const below =
        schema.properties?.[name] ??
        (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
      return below && member !== undefined
        ? typeMismatch(member, below, schema.properties ? `${path}.${name}` : path)
        : undefined;
    }),
  );
}

function first(found: (string | undefined)[]): string | undefined {
  return found.find((text) => text !== undefined);
}
