// @peculiar/x509 throws at load unless this has been imported before it.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  type JsonAttributeAndObjectValue,
  Name,
  PemConverter,
  Pkcs10CertificateRequestGenerator,
} from '@peculiar/x509';
import { ATTRIBUTE_OIDS, type Subject, type SubjectAttribute } from './subject.ts';

/** What RFC 5280, appendix A.1, allows for these is PrintableString; all others are UTF8String, as section 4.1.2.4 wants. */
const PRINTABLE: readonly SubjectAttribute['type'][] = ['C', 'SERIALNUMBER'];

/** PEM of a PKCS#10 request (RFC 2986), signed with the key's own algorithm; one RDN an attribute, in the order of `subject`. */
export async function createRequest(keys: webcrypto.CryptoKeyPair, subject: Subject): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: new Name(subject.attributes.map(toName)),
    keys,
    signingAlgorithm: keys.privateKey.algorithm,
  });
  return PemConverter.encode(request.rawData, 'CERTIFICATE REQUEST');
}

function toName({ type, value }: SubjectAttribute): JsonAttributeAndObjectValue {
  if (type === 'DC') return { [ATTRIBUTE_OIDS[type]]: [{ ia5String: value }] };
  const text = PRINTABLE.includes(type) && isPrintable(value) ? { printableString: value } : { utf8String: value };
  return { [ATTRIBUTE_OIDS[type]]: [text] };
}

/** The characters of PrintableString (X.680, section 41.4). */
function isPrintable(value: string): boolean {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);
}
