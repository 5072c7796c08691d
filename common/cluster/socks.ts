import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';

/** Who is to be reached, as an agent of node:http names it. */
export interface SocksTarget {
  readonly host: string;
  readonly port: number;
}

/** The parts of RFC 1928 and RFC 1929 that a client needs. */
const VERSION = 5;
const NO_LOGIN = 0;
const BY_PASSWORD = 2;
const CONNECT = 1;
const DOMAIN = 3;
const ADDRESS_LENGTHS: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const DEFAULT_PORT = 1080;

/** RFC 1928, section 6. */
const REFUSALS = [
  '',
  'general failure',
  'not allowed',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'command not supported',
  'address type not supported',
];

/** A name, a password or a host by the one byte that says how long it is. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw failed('a name of more than 255 bytes cannot be sent');
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Its code is what people read, as the code of a network error is. */
function failed(why: string): Error {
  const code = `the SOCKS proxy: ${why}`;
  return Object.assign(new Error(code), { code });
}

/** Reads so many bytes at a time. What the proxy sends before it is asked is not read at all: neither TLS nor HTTP servers speak first. */
function reader(socket: Socket, signal: AbortSignal): Take {
  let held = Buffer.alloc(0);
  return async (count) => {
    while (held.length < count) {
      const more = socket.read() as Buffer | null;
      if (more) held = Buffer.concat([held, more]);
      else if (socket.readableEnded) throw failed('it hung up');
      else await once(socket, 'readable', { signal });
    }
    const bytes = held.subarray(0, count);
    held = held.subarray(count);
    return bytes;
  };
}

type Take = (count: number) => Promise<Buffer>;

async function logIn(proxy: URL, socket: Socket, next: Take): Promise<void> {
  const methods = proxy.username === '' ? [NO_LOGIN] : [NO_LOGIN, BY_PASSWORD];
  socket.write(Buffer.of(VERSION, methods.length, ...methods));
  const [version, method = 255] = await next(2);
  if (version !== VERSION) throw failed('it does not speak SOCKS 5');
  if (!methods.includes(method)) throw failed(proxy.username ? 'it takes no password' : 'it wants a login');
  if (method === NO_LOGIN) return;
  const [user, password] = [proxy.username, proxy.password].map((part) => counted(decodeURIComponent(part)));
  socket.write(Buffer.concat([Buffer.of(1), user ?? Buffer.of(), password ?? Buffer.of()]));
  const [, status] = await next(2);
  if (status !== 0) throw failed('it refused the login');
}

async function ask({ host, port }: SocksTarget, socket: Socket, next: Take): Promise<void> {
  // Names are resolved by the proxy, as Go has it for socks5 and socks5h alike; it reads IPv6 addresses as names, too.
  const ends = Buffer.of(port >> 8, port & 255);
  socket.write(Buffer.concat([Buffer.of(VERSION, CONNECT, 0), addressOf(host), ends]));
  const [, reply = 1, , kind = 0] = await next(4);
  if (reply !== 0) throw failed(REFUSALS[reply] ?? `refusal ${reply}`);
  const length = kind === DOMAIN ? (await next(1))[0] : ADDRESS_LENGTHS[kind];
  if (length === undefined) throw failed('its answer cannot be read');
  await next(length + ends.length);
}

function addressOf(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.of(1, ...host.split('.').map(Number));
  return Buffer.concat([Buffer.of(DOMAIN), counted(host)]);
}

/** A connection to `target` through a SOCKS 5 proxy. Rejects with an error whose `code` says what failed, without a password. */
export async function socksConnection(proxy: URL, target: SocksTarget): Promise<Socket> {
  const socket = connect(Number(proxy.port || DEFAULT_PORT), proxy.hostname.replace(/^\[|\]$/g, ''));
  const gone = new AbortController();
  const onClose = () => gone.abort();
  socket.once('close', onClose);
  try {
    await once(socket, 'connect');
    const next = reader(socket, gone.signal);
    await logIn(proxy, socket, next);
    await ask(target, socket, next);
    socket.off('close', onClose);
    return socket;
  } catch (error) {
    socket.destroy();
    throw gone.signal.aborted ? failed('it hung up') : error;
  }
}
