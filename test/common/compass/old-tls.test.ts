import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { before, suite, type TestContext, test } from 'node:test';
import type { Transport } from '#common/compass/endpoint.ts';
import { call } from '#common/compass/graphql.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { always, serverAuthority, startTlsServer } from './tls-server.ts';

const TOKEN_CALL = { document: 'query thing { thing }', operationName: 'thing', token: new Sensitive('canary') };

/** TLS_RSA_WITH_RC4_128_SHA. */
const RC4 = 0x0005;

/** Of the registry at IANA what no client should offer: NULL, export, RC2, RC4 and DES, with any key exchange. */
const WEAK = [
  ...[0x0001, 0x0002, 0x002c, 0x002d, 0x002e, 0x003b, 0xc001, 0xc006, 0xc00b, 0xc010, 0xc015],
  ...[0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019],
  ...[0x0004, RC4, 0x0018, 0x008a, 0x008e, 0x0092, 0xc002, 0xc007, 0xc00c, 0xc011, 0xc016],
  ...[0x0009, 0x000c, 0x000f, 0x0012, 0x0015, 0x001a],
];

/** The cipher suites of a ClientHello that came in one record (RFC 5246, section 7.4.1.2). */
function offeredCiphers(record: Buffer): number[] {
  const session = 5 + 4 + 2 + 32;
  const start = session + 1 + record.readUInt8(session);
  const count = record.readUInt16BE(start) / 2;
  return Array.from({ length: count }, (_, index) => record.readUInt16BE(start + 2 + 2 * index));
}

/** A ServerHello of TLS 1.2 that has chosen this suite, whatever was offered. */
function serverHello(cipher: number): Buffer {
  const chosen = Buffer.from([cipher >> 8, cipher & 0xff, 0]);
  const body = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32, 7), Buffer.from([0]), chosen]);
  const handshake = Buffer.concat([Buffer.from([2, 0, 0, body.length]), body]);
  return Buffer.concat([Buffer.from([22, 3, 3, 0, handshake.length]), handshake]);
}

async function startRawServer(t: TestContext, answer: (hello: Buffer, socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    let seen = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length >= 5 && seen.length >= 5 + seen.readUInt16BE(3)) answer(seen, socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}/graphql`;
}

suite('TLS of another age', () => {
  let transport: Transport;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
  });

  /** The token has certainly not left. */
  async function refuses(url: string, why: RegExp): Promise<void> {
    await assert.rejects(call({ url, target: 'connector' }, TOKEN_CALL, transport), (error) => {
      assert.ok(error instanceof CompassError);
      assert.deepEqual([error.reason, error.maybeDone], ['CompassUnreachable', false]);
      assert.match(error.message, why);
      return true;
    });
  }

  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    test(`X12: a server that speaks only ${version} is refused, and the token stays`, async () => {
      const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
      await using server = await startTlsServer(always(200, '{"data":{"thing":1}}'), old);
      await refuses(server.url, /TLS failed \(.*version/);
      assert.equal(server.received.length, 0);
    });
  }

  test('X12: RC4 and its like are not offered, and a server that takes RC4 nevertheless is refused', async (t) => {
    const offers: number[][] = [];
    const url = await startRawServer(t, (hello, socket) => {
      offers.push(offeredCiphers(hello));
      socket.write(serverHello(RC4));
    });
    await refuses(url, /TLS failed \((unknown|wrong) cipher returned\)/);
    const [offered = []] = offers;
    assert.ok(offered.length > 0);
    assert.deepEqual(
      offered.filter((cipher) => WEAK.includes(cipher)),
      [],
    );
  });
});
