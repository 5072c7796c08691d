/** Where a connection's objects are, and whose they are. */
export interface Place {
  readonly connectionName: string;
  readonly integrationNamespace: string;
}
