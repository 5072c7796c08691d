import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { VERSION } from '#common/version.ts';
import { ROOT } from '../../../.scripts/build.ts';
import { missingTools } from '../../../.scripts/run-tool.ts';
import { ARCHITECTURES, asArchitecture } from './files.ts';
import { buildImage, TOOLS } from './image.ts';
import { imageLabels } from './labels.ts';

const { values } = parseArgs({
  options: {
    architecture: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    base: { type: 'string' },
    source: { type: 'string' },
    output: { type: 'string', default: join(ROOT, 'dist/image') },
  },
});

const missing = await missingTools(TOOLS);
if (missing.length > 0) {
  process.stderr.write(
    `no image is built: this machine lacks ${missing.join(', ')}\n  Debian, Ubuntu:  apt-get install buildah llvm debian-archive-keyring\n`,
  );
} else {
  const labels = await imageLabels(values.source);
  for (const architecture of values.architecture.map(asArchitecture)) {
    const target = join(values.output, `compass-sidecar_${VERSION}_linux_${architecture}.tar`);
    const name = `compass-sidecar:${VERSION}`;
    const { digest, compressedBytes } = await buildImage({ architecture, name, target, labels, base: values.base });
    const megabytes = (compressedBytes / 1e6).toFixed(1);
    process.stdout.write(`${relative('.', target)}: ${megabytes} MB compressed, ${digest}\n`);
  }
}
