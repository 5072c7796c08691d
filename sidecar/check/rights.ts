import type { Finding } from '#common/checks/finding.ts';
import { canI, type Right } from '#common/cluster/access.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import { describe, excessiveRights, neededRights, type RightsPlaces } from './needed-rights.ts';

/** Asks the API server, by SelfSubjectAccessReview, for every right that the sidecar needs and some that it must not have. */
export async function checkRights(cluster: Cluster, places: RightsPlaces, signal: AbortSignal): Promise<Finding[]> {
  try {
    const [needed, excessive] = await Promise.all([
      ask(cluster, neededRights(places), signal),
      ask(cluster, excessiveRights(places), signal),
    ]);
    return [judgeNeeded(needed), judgeExcessive(excessive)];
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    return [
      {
        category: 'rbac',
        name: 'needed',
        status: 'skipped',
        message: `rights could not be asked: ${messageOf(error)}`,
      },
    ];
  }
}

interface Answer {
  readonly right: Right;
  readonly allowed: boolean;
}

function ask(cluster: Cluster, rights: readonly Right[], signal: AbortSignal): Promise<Answer[]> {
  return Promise.all(rights.map(async (right) => ({ right, allowed: await canI(cluster, right, signal) })));
}

/** Enough to see what is wrong; the facts have them all. */
const NAMED = 3;

function judgeNeeded(answers: readonly Answer[]): Finding {
  const base = { category: 'rbac', name: 'needed' } as const;
  const missing = answers.filter(({ allowed }) => !allowed).map(({ right }) => describe(right));
  const facts = { asked: String(answers.length), ...(missing.length > 0 ? { missing: missing.join('; ') } : {}) };
  if (missing.length === 0) return { ...base, status: 'ok', message: 'RBAC: 0 missing', facts };
  const message = `the sidecar may not ${listed(missing)}`;
  return { ...base, status: 'error', reason: 'ClusterForbidden', message, facts };
}

function judgeExcessive(answers: readonly Answer[]): Finding {
  const base = { category: 'rbac', name: 'excess' } as const;
  const excess = answers.filter(({ allowed }) => allowed).map(({ right }) => describe(right));
  const facts = { asked: String(answers.length), ...(excess.length > 0 ? { excess: excess.join('; ') } : {}) };
  if (excess.length === 0) return { ...base, status: 'ok', message: 'RBAC: 0 excess', facts };
  const message = `the sidecar may do what it never needs: ${listed(excess)}`;
  return { ...base, status: 'warning', reason: 'RightsExcessive', message, facts };
}

function listed(texts: readonly string[]): string {
  const more = texts.length - NAMED;
  return `${texts.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
