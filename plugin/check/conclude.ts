import { CATEGORIES } from '#common/checks/finding.ts';
import type { Conclusion, PlacedFinding } from './finding.ts';

/** What follows from a run as a whole: findings that say more than others stand for them, and places are compared. */
export interface Concluded {
  readonly findings: readonly PlacedFinding[];
  readonly conclusions: readonly Conclusion[];
}

/** The ways that are gone from both places. */
const WAYS = ['connector', 'director'];

export function conclude(all: readonly PlacedFinding[]): Concluded {
  const findings = withoutRepeated(all).toSorted((a, b) => orderOf(a) - orderOf(b));
  const conclusions = WAYS.flatMap((category) => conclusionOf(category, findings) ?? []);
  const isLocal = (finding: PlacedFinding) =>
    finding.from === 'here' &&
    finding.status === 'error' &&
    conclusions.some(({ kind, category }) => kind === 'here-only' && category === finding.category);
  return { findings: findings.map((one) => (isLocal(one) ? { ...one, localOnly: true } : one)), conclusions };
}

/** By category, so that the order does not hang on what answered first; a category that is not known comes last. */
function orderOf({ category }: PlacedFinding): number {
  const index = (CATEGORIES as readonly string[]).indexOf(category);
  return index < 0 ? CATEGORIES.length : index;
}

/** What the sidecar found just now is newer and nearer than what its report said before; a cause is said with its effect. */
function withoutRepeated(all: readonly PlacedFinding[]): PlacedFinding[] {
  const fresh = all.filter(({ from }) => from === 'agent');
  const isSaid = (finding: PlacedFinding) =>
    fresh.some(
      ({ category, name, reason }) =>
        (category === finding.category && name === finding.name) || (reason !== undefined && reason === finding.reason),
    );
  const isCause = ({ message }: PlacedFinding) => all.some(({ cause }) => cause === message);
  return all.filter((finding) => finding.from !== 'cluster' || !(isSaid(finding) || isCause(finding)));
}

function conclusionOf(category: string, findings: readonly PlacedFinding[]): Conclusion | undefined {
  const from = (place: PlacedFinding['from']) =>
    findings.find((one) => one.from === place && one.category === category && one.name === 'reach');
  const [here, agent] = [from('here'), from('agent')];
  if (!here || !agent) return undefined;
  if (here.status === 'error') {
    if (agent.status === 'error') return everywhere(category, here, agent);
    const text = 'only your laptop is affected; the agent is fine';
    return agent.status === 'skipped' ? undefined : { category, kind: 'here-only', text };
  }
  if (agent.status !== 'error' || here.status === 'skipped' || isAboutIdentity(agent)) return undefined;
  if (wentFurther(agent, here)) return undefined;
  const proxy = agent.facts?.['proxy'];
  const affected = proxy === undefined ? "only the agent's way is broken" : `only the agent's proxy ${proxy} is broken`;
  return { category, kind: 'agent-only', text: `${affected}; from here the ${category} answers` };
}

function everywhere(category: string, here: PlacedFinding, agent: PlacedFinding): Conclusion | undefined {
  if (here.reason !== agent.reason) return undefined;
  const text = `the ${category} fails from here and from the agent alike: it is not the network of either`;
  return { category, kind: 'everywhere', text };
}

/** Who has no certificate is sent away before anything is answered: that tells nothing of an answer that is bad. */
function wentFurther(agent: PlacedFinding, here: PlacedFinding): boolean {
  const failedAt = agent.facts?.['failedAt'] ?? '';
  return here.facts?.['clientCertificate'] === 'required' && ['http', 'graphql'].includes(failedAt);
}

/** Compass was reached, and refuses who we are: the way is fine. */
function isAboutIdentity({ reason }: PlacedFinding): boolean {
  return (
    reason !== undefined && ['Rejected', 'CertificateExpired', 'TenantMismatch', 'RuntimeNotFound'].includes(reason)
  );
}
