import assert from 'node:assert/strict';
import { type Chronicle, isHash, isToken, journalAt } from './chronicle.ts';

/** I1: when a token reaches Compass, a journal with the key and that token, or its hash, stands in the cluster. */
export function checkDurableFirst(chronicle: Chronicle): void {
  for (const { request, begun } of chronicle.requests) {
    const { tokenHash, target } = request;
    if (tokenHash === null || target !== 'connector') continue;
    const journal = journalAt(chronicle, begun.revision);
    const isKept = isHash(journal?.['tokenHash'], tokenHash) || isToken(journal?.['secondToken'], tokenHash);
    const what = `I1: the token ${tokenHash}… left`;
    assert.ok(journal !== undefined && isKept, `${what} before it stood in a journal`);
    assert.ok(
      typeof journal['key'] === 'string' && journal['key'] !== '',
      `${what} before its key stood in the journal`,
    );
  }
}
