const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TENANT = /^[\x21-\x7e]{1,256}$/;

/** Whether it can be a Runtime's id, which is a UUID. */
export function isRuntimeId(text: string): boolean {
  return UUID.test(text);
}

/** Whether it can be a tenant's id: one word of printable ASCII, which a header can carry, of 256 characters at most. */
export function isTenantId(text: string): boolean {
  return TENANT.test(text);
}
