import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { failureDocument, formatFailure } from '../../plugin/failure.ts';

const CONTROLS = /[\p{Cc}\p{Cf}]/u;

describe('a failure on stderr', () => {
  test('obeys no control characters in what a server says, and lets it forge no line', () => {
    const hostile = '\u001b]0;title\u0007\u001b[2J\u202egone\n  CMP0001 InternalError; next: curl evil.example';
    const lines = formatFailure(new CompassError('CompassFailed', hostile)).split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^error: .*gone CMP0001 InternalError; next: curl evil\.example$/);
    assert.match(lines[1] ?? '', /^ {2}CMP0509 CompassFailed; next: /);
    for (const line of lines) assert.doesNotMatch(line, CONTROLS);
  });

  test('keeps the lines of a stack, and nothing else that a terminal would obey', () => {
    const text = formatFailure(new TypeError('\u001b[2Jno such thing'));
    assert.match(text, /no such thing\n +at /);
    for (const line of text.split('\n')) assert.doesNotMatch(line, CONTROLS);
  });

  test('says after SIGTERM how to go on watching, as after Ctrl-C', () => {
    const place = { clusterFlags: '--context prod' };
    for (const reason of ['Interrupted', 'Stopping'] as const) {
      const text = formatFailure(new CompassError(reason, 'stopped waiting'), place);
      assert.match(text, /; next: kubectl compass status -w --context prod\n$/);
    }
  });

  test('is for programs a command as arguments, whatever the name of the context', () => {
    const place = { clusterFlags: "--context 'jane'\\''s own'" };
    const { remediation } = failureDocument(new CompassError('Interrupted', 'stopped'), 'Failure', 0, place);
    assert.deepEqual(remediation?.[0]?.command?.slice(-3), ['-w', '--context', "jane's own"]);
  });

  test('is for programs a text where there is something to fill in', () => {
    const place = { clusterFlags: '--context prod', namedNamespace: 'here' };
    const { remediation } = failureDocument(new CompassError('ConfigurationMissing', 'no Secret'), 'Failure', 0, place);
    const text = 'kubectl compass connect --token-stdin --runtime-id ID -n here --context prod';
    assert.deepEqual(remediation, [{ text }]);
  });

  test('leaves a command alone that names a namespace of its own', () => {
    const place = { clusterFlags: '--context prod', namedNamespace: 'here' };
    const next = (command: string) => formatFailure(new CompassError('RequestRefused', 'no', { next: command }), place);
    assert.match(
      next('kubectl compass uninstall -n there'),
      /; next: kubectl compass uninstall -n there --context prod\n$/,
    );
    assert.match(next('kubectl compass status'), /; next: kubectl compass status -n here --context prod\n$/);
  });

  test('sends whom the cluster does not let in to his login, not to a question that it refuses alike', () => {
    const text = formatFailure(new CompassError('ClusterUnauthorized', 'cannot list configmaps'), {
      clusterFlags: '--context prod',
    });
    assert.match(text, /; next: kubectl config view --minify --context prod\n$/);
  });
});
