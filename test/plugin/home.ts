import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The home of whoever runs the plugin in a test: empty at first, of this process alone, and gone with it. */
export const HOME = mkdtempSync(join(tmpdir(), 'compass-home-'));

process.once('exit', () => rmSync(HOME, { recursive: true, force: true }));
