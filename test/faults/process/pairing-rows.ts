import type { RowId } from '../rows.ts';
import { after, type Boundary, before, type CommittedCalls } from './points.ts';

/** The calls of a pairing that its rows are told by; everything else lies between them. */
interface Landmarks {
  /** The last call of the preflight. */
  readonly way: number;
  /** The key and the token's hash are written to the journal. */
  readonly journal: number;
  readonly configuration: number;
  /** The second token is written to the journal. */
  readonly configured: number;
  readonly signing: number;
  /** The new pair is written to the journal. */
  readonly issued: number;
  /** The new pair is written to the client Secret. */
  readonly swap: number;
  /** The CompassConnection is first written. */
  readonly status: number;
}

const WRITES_SECRET = /^cluster (create|update|patch) secrets #\d+$/;

export function landmarksOf(calls: readonly string[]): Landmarks {
  const configuration = calls.indexOf('compass configuration #1');
  const signing = calls.indexOf('compass signCertificateSigningRequest #1');
  const writeAfter = (from: number) => calls.findIndex((name, at) => at > from && WRITES_SECRET.test(name));
  const issued = writeAfter(signing);
  const status = calls.findIndex((name) => /^cluster (create|patch) compassconnections/.test(name));
  return {
    way: calls.indexOf('compass probe #1'),
    journal: calls.findLastIndex((name, at) => at < configuration && WRITES_SECRET.test(name)),
    configuration,
    configured: writeAfter(configuration),
    signing,
    issued,
    // the roots come first
    swap: writeAfter(writeAfter(issued)),
    status,
  };
}

/** The rows that die at a point: two where nothing that can be seen lies between them. */
export function rowsOfPoint({ pairing }: CommittedCalls, { scenario, points, isBeside }: Boundary): readonly RowId[] {
  if (scenario === 'renewal') return ['P17'];
  if (scenario === 'apply') return ['P18'];
  return isBeside ? ['P1'] : pairingRows(pairing.calls, points);
}

/** The rows that die at a point of a pairing, by how many of its calls have been answered. */
function pairingRows(calls: readonly string[], points: readonly string[]): readonly RowId[] {
  const answered = answeredAt(calls, points);
  const { way, journal, configuration, configured, signing, issued, swap, status } = landmarksOf(calls);
  const rows: readonly (readonly [number, RowId])[] = [
    [0, 'P1'],
    [way + 1, 'P2'],
    [journal, 'P3'],
    [journal + 1, 'P5'],
    [configuration + 1, 'P7'],
    [configured + 1, 'P8'],
    [signing, 'P9'],
    [signing + 1, 'P11'],
    [issued + 1, 'P13'],
    [swap, 'P14'],
    [swap + 1, 'P16'],
    [status, 'P15'],
    [status + 1, 'P18'],
  ];
  const [last = 0] = rows.findLast(([from]) => answered >= from) ?? [];
  return rows.filter(([from]) => from === last).map(([, id]) => id);
}

function answeredAt(calls: readonly string[], points: readonly string[]): number {
  const next = calls.findIndex((name) => points.includes(before(name)));
  return next >= 0 ? next : calls.findIndex((name) => points.includes(after(name))) + 1;
}

export type Window = 'W1' | 'W2';

/** In which of the two moments that no client can make safe a point of a pairing lies. */
export function windowOf(calls: readonly string[], points: readonly string[]): Window | undefined {
  const answered = answeredAt(calls, points);
  const { configuration, configured, signing, issued } = landmarksOf(calls);
  if (answered > configuration && answered <= configured) return 'W1';
  return answered > signing && answered <= issued ? 'W2' : undefined;
}
