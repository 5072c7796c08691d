import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** How many connections the kernel keeps for a program that does not take them: one more than the backlog of one. */
const KEPT = 2;

// Listens, and then takes nothing for ever: its thread waits for a word that nobody says.
const LISTENER = `
const { createServer } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer();
server.listen({ host: workerData.host, port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address());
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});`;

export interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

/** An address that answers nothing: its queue is full, so that the kernel drops whoever wants to connect. */
export async function openBlackHole(host: string): Promise<BlackHole> {
  const worker = new Worker(LISTENER, { eval: true, workerData: { host } });
  const [{ port }] = (await once(worker, 'message')) as [AddressInfo];
  const waiting: Socket[] = [];
  for (let count = 0; count < KEPT; count += 1) {
    const socket = connect({ host, port });
    socket.on('error', () => undefined);
    waiting.push(socket);
    await once(socket, 'connect');
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}
