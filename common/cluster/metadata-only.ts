/** The API server's own form of objects without spec, status and data (API concepts, metadata-only responses). */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** What a request for one object, or for events of a watch, accepts as its answer: the metadata only, or all of it. */
export function acceptOf(metadataOnly: boolean | undefined): { readonly accept?: string } {
  return metadataOnly ? { accept: METADATA_ONLY } : {};
}
