import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Container, Probe } from '../pod.ts';
import type { Ports } from './ports.ts';

/** A machine that does much beside answers late, which no probe here is about. */
const SHORTEST_TIMEOUT_MS = 5_000;

/** Whether a probe finds what it looks for, once. */
export function probe(
  { httpGet, tcpSocket, exec, timeoutSeconds = 1 }: Probe,
  container: Container,
  ports: Ports,
): Promise<boolean> {
  const timeout = Math.max(timeoutSeconds * 1_000, SHORTEST_TIMEOUT_MS);
  if (httpGet) return get(ports.named(httpGet.port, container), httpGet.path ?? '/', timeout);
  if (tcpSocket) return reach(ports.named(tcpSocket.port, container), timeout);
  const [program = 'false', ...args] = exec?.command ?? [];
  return new Promise((resolve) => {
    execFile(program, args, { timeout }, (error) => resolve(error === null));
  });
}

function get(port: number, path: string, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path, timeout, agent: false }, (answer) => {
      const { statusCode = 0 } = answer.resume();
      resolve(statusCode >= 200 && statusCode < 400);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}

function reach(port: number, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}
