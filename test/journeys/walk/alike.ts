import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { conform, type Schema } from '#common/resources/conform.ts';
import { PUBLISHED } from '../../../.scripts/schemas.ts';
import type { Command } from '../../../plugin/command.ts';
import { COMMANDS } from '../../../plugin/commands.ts';
import { DOCUMENT_API_VERSION } from '../../../plugin/output/document.ts';
import { type PluginResult, runHere } from '../../plugin/run-plugin.ts';

/** Templates that every document can fill. */
const TEMPLATES: Readonly<Record<string, string>> = {
  jsonpath: 'jsonpath={.kind}',
  'jsonpath-as-json': 'jsonpath-as-json={.kind}',
  'custom-columns': 'custom-columns=KIND:.kind',
};

export interface Run extends PluginResult {
  readonly format: string;
}

/** The command that a line begins with the words of. */
export function commandOf(line: string): Promise<Command> {
  const entry = COMMANDS.find(({ name }) => line === name || line.startsWith(`${name} `));
  assert.ok(entry, line);
  return entry.load();
}

/** A signal as main.ts hands it in, and who decides by what stands on stderr when it comes. */
export interface Interruption {
  readonly signal: AbortSignal;
  readonly onStderr?: (text: string) => void;
}

/** A moment from now: for what says nothing while it watches. */
export function interruption(name: 'SIGINT' | 'SIGTERM', inMs: number): Interruption {
  const controller = new AbortController();
  setTimeout(() => controller.abort(name), inMs);
  return { signal: controller.signal };
}

/** Once it says that it waits. */
export function interruptionOfWaiting(name: 'SIGINT' | 'SIGTERM'): Interruption {
  const controller = new AbortController();
  const onStderr = (text: string) => {
    if (text.includes('waiting')) controller.abort(name);
  };
  return { signal: controller.signal, onStderr };
}

/** One line in each format that its command has, made anew for each; a command without formats prints as it likes. */
export async function runInEveryFormat(
  line: readonly string[] | (() => Promise<readonly string[]>),
  command: Command,
  kubeconfig: string,
  env: Readonly<Record<string, string>>,
  interrupted?: () => Interruption,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const format of command.formats.length === 0 ? (['default'] as const) : command.formats) {
    const output = format === 'default' ? [] : ['-o', TEMPLATES[format] ?? format];
    const words = typeof line === 'function' ? await line() : line;
    const { signal, onStderr } = interrupted?.() ?? {};
    const args = [...words, ...output];
    runs.push({ ...(await runHere(args, { ...env, KUBECONFIG: kubeconfig }, '', signal, onStderr)), format });
  }
  return runs;
}

/** One exit code whatever the format, and a document that says the same. */
export function assertAlike(runs: readonly Run[], expected: number, what: string, command: Command): void {
  for (const { format, code, stdout, stderr } of runs) {
    const where = `${what} -o ${format}\nstdout: ${stdout}\nstderr: ${stderr}`;
    assert.equal(code, expected, where);
    assert.ok(isNamed(code, command), `${where}\nis an exit code that the help does not name`);
    if (format === 'json') assertDocument(JSON.parse(stdout), code, where);
    if (format === 'yaml') assertDocument(parse(stdout), code, where);
    // A report says on stdout what is wrong; whatever has none says it on stderr, with what to do.
    if (code > 1 && stdout === '') assert.match(stderr, /^error: .+\n {2}CMP\d{4} \w+; next: .+$/m, where);
  }
}

/** Wrong usage and SIGTERM may come to any command, the latter where Ctrl-C does. */
function isNamed(code: number, { exits }: Command): boolean {
  return code in exits || code === 2 || (code === 143 && 130 in exits);
}

function assertDocument(document: Readonly<Record<string, unknown>>, code: number, where: string): void {
  assert.ok(document['kind'], where);
  if (document['kind'] === 'List') {
    assert.equal(code, 0, where);
    return;
  }
  assert.equal(document['apiVersion'], DOCUMENT_API_VERSION, where);
  assertConforms(document, where);
  const { verdict, error, remediation } = document as Readonly<Record<string, { readonly [field: string]: unknown }>>;
  assert.equal(verdict?.['exitCode'], code, where);
  if (code === 0) return;
  assert.match(String(error?.['code']), /^CMP\d{4}$/, where);
  assert.ok(String(error?.['message']).length > 0, where);
  assert.ok(Array.isArray(remediation) && remediation.length > 0, where);
}

/** A document has what its schema says, and nothing else; a failure may lack all that is the command's own. */
function assertConforms(document: Readonly<Record<string, unknown>>, where: string): void {
  const schemas: Readonly<Record<string, Schema>> = PUBLISHED;
  const own = schemas[String(document['kind'])];
  const candidates = document['verdict'] && 'error' in document ? [own, PUBLISHED.Failure] : [own];
  const conforming = candidates.map((schema) => schema && conform(schema, document));
  const isWhole = conforming.some((part) => isDeepStrictEqual(part, document));
  if (!isWhole) assert.deepEqual(conforming[0] ?? conforming[1], document, where);
}
