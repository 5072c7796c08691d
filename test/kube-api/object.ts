import type { Json, JsonObject } from './json.ts';

/** metadata.ownerReferences[] (API conventions, "Metadata"). */
export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

/** metadata.managedFields[] (server-side apply). */
export type ManagedFieldsEntry = {
  manager?: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
};

/** metadata of a stored object. */
export type ObjectMeta = {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
};

/** Any API object. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
} & { [field: string]: Json | undefined };
