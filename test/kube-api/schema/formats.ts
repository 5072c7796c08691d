import { isIP, isIPv4, isIPv6 } from 'node:net';

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const dateTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?$/;

const checks: Record<string, (text: string) => boolean> = {
  'date-time': (text) => dateTime.test(text) && !Number.isNaN(Date.parse(text.replace(' ', 'T'))),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: (text) => /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+$/.test(text.replaceAll(' ', '')),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  hostname: (text) =>
    text.length <= 255 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i.test(text),
  ip: (text) => isIP(text) !== 0,
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: (text) => /^[a-z][a-z0-9+.-]*:|^\//i.test(text) && !/\s/.test(text),
  uuid: (text) => uuid.test(text),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
};

/** Whether a string is of a format; formats that the server does not know hold for every string. */
export function isOfFormat(text: string, format: string): boolean {
  return checks[format]?.(text) ?? true;
}
