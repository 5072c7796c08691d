import { flag, list, number, object, text, time } from '#common/resources/schema.ts';
import { documentSchema, notPermitted } from './document.ts';

/** What `cert check -o json` prints, v1: additive changes only. */
export const CERTIFICATE_CHECK_SCHEMA = documentSchema(
  'Whether a client certificate is good for long enough, v1',
  {
    connection: text,
    /** `report`, or `resource` where only the CompassConnection could be read. */
    source: text,
    notAfter: time,
    remainingSeconds: number,
    checks: list(object({ name: text, ok: flag, message: text })),
    notPermitted: list(notPermitted),
  },
  { notBefore: time, renewAt: time, lifetimeFractionLeft: number },
);
