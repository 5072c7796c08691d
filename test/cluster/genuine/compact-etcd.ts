interface Ranged {
  readonly header?: { readonly revision?: string };
}

async function post(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Makes etcd forget all revisions but the current one, through its JSON gateway (etcd v3 API, Compact). */
export async function compactEtcd(server: string): Promise<void> {
  const { header } = (await post(`${server}/v3/kv/range`, { key: Buffer.from('/').toString('base64') })) as Ranged;
  await post(`${server}/v3/kv/compaction`, { revision: header?.revision, physical: true });
}
