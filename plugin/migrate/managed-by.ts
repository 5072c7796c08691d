import type { ObjectMeta } from '#common/cluster/objects.ts';

/** Who may undo that a Deployment was scaled, and how that shows. */
export interface Keeper {
  /** `Helm`, `Argo CD`, … */
  readonly by: string;
  /** Its own word: a release, an application, an owner. */
  readonly what: string;
  /** When it comes back, and what keeps it from that. */
  readonly comesBack: string;
}

type Marks = Readonly<Record<string, string>>;

const HELM_COMES_BACK =
  'the next `helm upgrade` scales it up again: set its replicas to 0 there, or uninstall the chart';

/** Each by its own marks; the first one of a row that is there names it. */
const MARKED: readonly { readonly by: string; readonly keys: readonly string[]; readonly comesBack: string }[] = [
  {
    by: 'Argo CD',
    keys: ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance'],
    comesBack: 'its next synchronization scales it up again: set replicas to 0 in Git, or take it out',
  },
  {
    by: 'Flux',
    keys: ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'],
    comesBack: 'its next reconciliation scales it up again: set replicas to 0 in Git, or suspend it',
  },
  {
    by: 'OLM',
    keys: ['olm.owner', 'operators.coreos.com/owner'],
    comesBack: 'the operator scales it up again: take its subscription away',
  },
  {
    by: 'Kyma',
    keys: [
      'reconciler.kyma-project.io/managed-by',
      'operator.kyma-project.io/managed-by',
      'reconciler.kyma-project.io/origin-version',
    ],
    comesBack: 'its next reconciliation scales it up again: switch the component off there',
  },
  { by: 'Helm', keys: ['meta.helm.sh/release-name'], comesBack: HELM_COMES_BACK },
];

/** By the marks that tools leave on what they manage: labels, annotations and owners. None where nobody is known. */
export function keepersOf({ labels = {}, annotations = {}, ownerReferences = [] }: ObjectMeta): readonly Keeper[] {
  const marks: Marks = { ...labels, ...annotations };
  const marked = MARKED.flatMap(({ by, keys, comesBack }) => {
    const what = keys.map((key) => marks[key]).find((value) => value);
    return what ? [{ by, what, comesBack }] : [];
  });
  const owned = ownerReferences.map(({ kind, name }) => ({
    by: kind,
    what: name,
    comesBack: 'its owner may scale it up again: change it there',
  }));
  return [...marked, ...helmByLabel(labels, marked), ...owned];
}

/** Charts from before Helm 3 carry labels of their own alone. */
function helmByLabel(labels: Marks, marked: readonly Keeper[]): readonly Keeper[] {
  if (marked.some(({ by }) => by === 'Helm' || by === 'Flux')) return [];
  const isOfHelm = ['Helm', 'Tiller'].includes(labels['heritage'] ?? labels['app.kubernetes.io/managed-by'] ?? '');
  const release = labels['release'] ?? labels['app.kubernetes.io/instance'];
  if (!isOfHelm && labels['release'] === undefined) return [];
  return [{ by: 'Helm', what: release ?? 'a release', comesBack: HELM_COMES_BACK }];
}
