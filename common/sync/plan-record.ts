import { hash } from 'node:crypto';
import type { ObjectRef } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { PlanEntry } from './plan-document.ts';

/** What was written of one object, first and last. */
interface Written {
  readonly ref: ObjectRef;
  readonly uid: string | undefined;
  /** The id of an Application, as the Director has it. */
  readonly id: string | undefined;
  /** The Application that a Secret belongs to. */
  readonly application: string;
  readonly before: Content | undefined;
  readonly after: Content | undefined;
}

interface Content {
  readonly digest: string;
  /** Undefined where all of them would be too much to keep. */
  readonly object: object | undefined;
}

/** A change that a plan came upon. */
export interface RecordedChange {
  readonly entry: PlanEntry;
  readonly uid: string | undefined;
  readonly id: string | undefined;
}

/** Takes down what a plan writes: of each object how it was before the first write, and how it is after the last. */
export class PlanRecord {
  readonly #comparable: (object: KubeObject) => object;
  readonly #written = new Map<string, Written>();
  #bytesLeft: number;

  /** `mostBytes` is what all contents may weigh together, as JSON; of what comes then only the names are kept. */
  constructor(comparable: (object: KubeObject) => object, mostBytes: number) {
    this.#comparable = comparable;
    this.#bytesLeft = mostBytes;
  }

  note(ref: ObjectRef, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const key = `${ref.kind.kind} ${ref.name}`;
    const known = this.#written.get(key);
    this.#release(known?.after);
    const any = after ?? before;
    this.#written.set(key, {
      ref,
      uid: known?.uid ?? any?.metadata.uid,
      id: any && idOf(any),
      application: (any && applicationOf(any)) ?? known?.application ?? '',
      before: known ? known.before : this.#content(before),
      after: this.#content(after),
    });
  }

  /** Whatever is not at the end as it was at the beginning. */
  changes(): RecordedChange[] {
    const fresh = new Set([...this.#written.values()].flatMap(({ before, uid }) => (before ? [] : (uid ?? []))));
    return [...this.#written.values()]
      .filter(({ before, after }) => before?.digest !== after?.digest)
      .map((written) => ({ entry: toEntry(written, fresh), uid: written.uid, id: written.id }));
  }

  #content(object: KubeObject | undefined): Content | undefined {
    if (!object) return undefined;
    const content = this.#comparable(object);
    const json = JSON.stringify(content);
    const digest = hash('sha256', json, 'base64url');
    if (json.length > this.#bytesLeft) return { digest, object: undefined };
    this.#bytesLeft -= json.length;
    return { digest, object: content };
  }

  #release(content: Content | undefined): void {
    if (content?.object) this.#bytesLeft += JSON.stringify(content.object).length;
  }
}

function toEntry({ ref, application, before, after }: Written, fresh: ReadonlySet<string>): PlanEntry {
  const isCut = (before && !before.object) || (after && !after.object);
  return {
    kind: ref.kind.kind,
    name: ref.name,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    ...(application !== '' && ref.kind.kind !== APPLICATION.kind ? { application } : {}),
    action: before ? (after ? 'update' : 'delete') : 'create',
    ...(isCut
      ? { isCut }
      : {
          ...(before?.object && { before: before.object }),
          ...(after?.object && { after: withoutUids(after.object, fresh) }),
        }),
  };
}

/** The uid of an owner that would be new is made up, and another one each time. */
function withoutUids(content: object, fresh: ReadonlySet<string>): object {
  const { metadata } = content as { readonly metadata?: Partial<KubeObject['metadata']> };
  if (!metadata?.ownerReferences?.some(({ uid }) => fresh.has(uid))) return content;
  const ownerReferences = metadata.ownerReferences.map(({ uid, ...owner }) =>
    fresh.has(uid) ? owner : { ...owner, uid },
  );
  return { ...content, metadata: { ...metadata, ownerReferences } };
}

function idOf(object: KubeObject): string | undefined {
  if (object.kind !== APPLICATION.kind) return undefined;
  return (object as Application).spec?.compassMetadata?.applicationId || undefined;
}

/** By the last of its owners: one that is being renamed comes before the new one. */
function applicationOf({ kind, metadata }: KubeObject): string | undefined {
  if (kind === APPLICATION.kind) return metadata.name;
  return metadata.ownerReferences?.findLast((owner) => owner.kind === APPLICATION.kind)?.name;
}
