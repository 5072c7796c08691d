import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { REASONS } from '#common/errors.ts';
import { conform } from '#common/resources/conform.ts';
import { type CheckDocument, checkDocument } from '../../../plugin/check/document.ts';
import type { PlacedFinding } from '../../../plugin/check/finding.ts';
import { judge } from '../../../plugin/check/judge.ts';
import { formatJunit } from '../../../plugin/check/junit.ts';
import { nextOf } from '../../../plugin/check/next.ts';
import type { CheckOptions } from '../../../plugin/check/options.ts';
import { formatCheck } from '../../../plugin/check/screen.ts';
import { formatShort } from '../../../plugin/check/short.ts';
import { COMMANDS } from '../../../plugin/commands.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { parseCommandLine } from '../../../plugin/parse.ts';
import { CHECK_REPORT_SCHEMA } from '../../../plugin/schemas/check-report.ts';
import { assertGolden } from '../golden.ts';
import { BAD, finding, GOOD, NOW, runOf } from './sample-run.ts';

const DEFAULTS: Pick<CheckOptions, 'categories' | 'suppressed' | 'failOn'> = {
  categories: undefined,
  suppressed: new Set(),
  failOn: 'error',
};

function judged(findings: readonly PlacedFinding[], options: Partial<typeof DEFAULTS> = {}) {
  const run = runOf(findings);
  return { run, judgement: judge(run.findings, { ...DEFAULTS, ...options }) };
}

const style = (colour: boolean, unicode: boolean) => ({
  paint: paint(colour),
  symbols: symbolsFor(!unicode, { LANG: 'C.UTF-8' }, 'linux'),
  width: 80,
});

for (const [name, findings] of [
  ['good', GOOD],
  ['bad', BAD],
] as const) {
  for (const [variant, colour, unicode] of [
    ['colour', true, true],
    ['plain', false, true],
    ['ascii', false, false],
  ] as const) {
    test(`the screen of a ${name} run, ${variant}`, async () => {
      const { run, judgement } = judged(findings);
      const screen = formatCheck(run, judgement, style(colour, unicode));
      await assertGolden(new URL(`golden/${name}-${variant}.txt`, import.meta.url), screen);
      for (const line of screen.split('\n')) assert.ok(stripVTControlCharacters(line).length <= 80, line);
    });
  }
}

test('short says one line a finding, and that there is none', () => {
  const bad = judged(BAD);
  assert.equal(
    formatShort(bad.run, bad.judgement, style(false, true)),
    `! CMP0121 renewal overdue by 1h12m (due at 50%, now 45% left)    fix: kubectl compass cert renew --wait
✗ CMP0502 from here: director: the server's certificate, issued by Corp Proxy CA, is not trusted (through proxy.corp:8080) (local only)    fix: give the CA of Compass, or of your proxy, by --compass-ca
`,
  );
  const good = judged(GOOD);
  assert.equal(formatShort(good.run, good.judgement, style(false, true)), '✔ nothing found in 14 checks\n');
});

test('--fail-on, --suppress and --category decide what counts, by code or by reason', () => {
  const exit = (options: Partial<typeof DEFAULTS>) => judged(BAD, options).judgement.exitCode;
  assert.equal(exit({}), 1);
  assert.equal(exit({ failOn: 'none' }), 0);
  assert.equal(exit({ suppressed: new Set(['CMP0502']) }), 0);
  assert.equal(exit({ suppressed: new Set(['CompassUntrusted']), failOn: 'warning' }), 1);
  assert.equal(exit({ suppressed: new Set(['CMP0502', 'CMP0121']), failOn: 'warning' }), 0);
  assert.equal(exit({ categories: new Set(['identity']) }), 0);
  assert.equal(exit({ categories: new Set(['identity']), failOn: 'warning' }), 1);
  assert.equal(judged(BAD, { suppressed: new Set(['CMP0502']) }).judgement.counts.suppressed, 1);
});

test('a category and a reason that only a newer sidecar knows are shown', () => {
  const newer = finding('quota', 'left', 'error', 'no quota', { from: 'agent', reason: 'QuotaExceeded' });
  const { run, judgement } = judged([newer]);
  assert.match(formatCheck(run, judgement, style(false, true)), /CMP0001 no quota/);
});

test('the document has every finding, conforms to its schema, and names the gravest as its error', () => {
  const { run, judgement } = judged(BAD);
  const document = printed(checkDocument(run, judgement, { now: NOW, exitCode: 1 }));
  assert.deepEqual(document, conform(CHECK_REPORT_SCHEMA, document));
  assert.equal(document.results.length, BAD.length);
  assert.deepEqual([document.verdict.exitCode, document.error?.code], [1, 'CMP0502']);
  assert.deepEqual(document.conclusions[0]?.kind, 'here-only');
  const overdue = document.results.find(({ code }) => code === 'CMP0121');
  assert.deepEqual(overdue?.remediation?.[0]?.command, ['kubectl', 'compass', 'cert', 'renew', '--wait']);
  const good = judged(GOOD);
  const fine = printed(checkDocument(good.run, good.judgement, { now: NOW, exitCode: 0 }));
  assert.deepEqual(fine, conform(CHECK_REPORT_SCHEMA, fine));
  assert.equal(fine.error, undefined);
});

/** As it is after it was printed and read. */
function printed(document: CheckDocument): CheckDocument {
  return JSON.parse(JSON.stringify(document)) as CheckDocument;
}

test('suggested commands go to the same cluster', () => {
  const { run, judgement } = judged(BAD);
  const screen = formatCheck(run, judgement, { ...style(false, true), clusterFlags: '--context prod' });
  assert.match(screen, /fix: kubectl compass cert renew --wait --context prod/);
  assert.match(screen, /explain CMP0\d+ --context prod/);
});

test('every command that is suggested, for whatever reason, is one that this program takes', async () => {
  const suggested = Object.keys(REASONS).map((reason) =>
    nextOf(finding('sync', 'result', 'error', 'text', { reason }), {
      clusterFlags: '--context prod',
      namedNamespace: 'ns',
    }),
  );
  const ours = suggested.filter((next) => next.startsWith('kubectl compass '));
  assert.ok(ours.length > 5);
  for (const next of [...ours, 'kubectl compass explain CMP0121']) {
    const { entry } = await parseCommandLine(next.split(' ').slice(2), COMMANDS);
    assert.ok(entry || next.endsWith('--help'), next);
  }
});

test('junit is XML that says which check failed, whatever others wrote into a message', () => {
  const nasty = finding('apps', 'InvalidName', 'error', `a<b> & "c" ]]> \u0007\u001b[2J\ud800`, {
    reason: 'InvalidName',
  });
  const { run, judgement } = judged([...BAD, nasty]);
  const xml = formatJunit(run, judgement, { now: NOW });
  assert.match(
    xml,
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="kubectl compass check" tests="18" failures="2" skipped="1" errors="0">/,
  );
  assert.match(xml, /message="a&lt;b&gt; &amp; &quot;c&quot; \]\]&gt; /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not allow
  assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff]/);
  assert.match(xml, /<failure type="CMP0502"/);
  assert.match(xml, /<system-out>warning CMP0121: renewal overdue/);
  assert.deepEqual(unclosed(xml), []);
});

/** The elements that are not closed in their order: none in XML that is well-formed. */
function unclosed(xml: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = '', self] of xml.matchAll(/<(\/?)([\w-]+)(?:\s+[\w-]+="[^"<]*")*(\/?)>/g)) {
    if (slash) assert.equal(open.pop(), name);
    else if (!self) open.push(name);
  }
  assert.equal(xml.replace(/<\?xml[^>]*>|<\/?[\w-]+(?:\s+[\w-]+="[^"<]*")*\/?>/g, '').includes('<'), false);
  return open;
}

test('a command that is longer than a row goes on after a backslash, so that it can be copied', () => {
  const next = 'kubectl -n compass-system get pods -l app.kubernetes.io/name=compass-sidecar';
  const { run, judgement } = judged([
    finding('agent', 'alive', 'error', 'it is gone', { reason: 'SidecarSilent', next }),
    finding('agent', 'rights', 'skipped', 'not permitted', { next: `${next} --as somebody-with-a-name` }),
  ]);
  const text = formatCheck(run, judgement, style(false, true));
  for (const row of text.split('\n')) assert.ok(row.length <= 80, row);
  const joined = text.replaceAll(/ \\\n +/g, ' ');
  assert.ok(joined.includes(`fix: ${next}\n`), text);
  assert.ok(joined.includes(`${next} --as somebody-with-a-name\n`), text);
});
