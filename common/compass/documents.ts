/**
 * Every operation that is sent to Compass, in full. What varies travels in variables only. Each asks for exactly the fields
 * that are used, because a field that nobody reads can still fail.
 *
 * The pages of nested lists have a constant size: the Director takes the arguments of a nested list from the first
 * Application of a request and applies them to all.
 */
export interface Operation {
  readonly operationName: string;
  readonly document: string;
}

export const CONFIGURATION: Operation = {
  operationName: 'configuration',
  document: `query configuration {
  configuration {
    token { token }
    certificateSigningRequestInfo { subject keyAlgorithm }
    managementPlaneInfo { directorURL certificateSecuredConnectorURL }
  }
}`,
};

export const SIGN_CERTIFICATE_SIGNING_REQUEST: Operation = {
  operationName: 'signCertificateSigningRequest',
  document: `mutation signCertificateSigningRequest($csr: String!) {
  signCertificateSigningRequest(csr: $csr) { certificateChain caCertificate clientCertificate }
}`,
};

export const REVOKE_CERTIFICATE: Operation = {
  operationName: 'revokeCertificate',
  document: 'mutation revokeCertificate { revokeCertificate }',
};

/** No resolver runs, so it neither needs an identity nor changes anything: it proves the way, not who we are. */
export const PROBE: Operation = { operationName: 'probe', document: 'query probe { __typename }' };

export const RUNTIME: Operation = {
  operationName: 'runtime',
  document: 'query runtime($id: ID!) { runtime(id: $id) { id labels } }',
};

/** Proves who we are, and asks for nothing that could fail by itself. */
export const RUNTIME_IDENTITY: Operation = {
  operationName: 'runtime',
  document: 'query runtime($id: ID!) { runtime(id: $id) { id } }',
};

export const SET_RUNTIME_LABEL: Operation = {
  operationName: 'setRuntimeLabel',
  document: `mutation setRuntimeLabel($runtimeId: ID!, $key: String!, $value: Any!) {
  setRuntimeLabel(runtimeID: $runtimeId, key: $key, value: $value) { key value }
}`,
};

export const REQUEST_TOKEN_FOR_RUNTIME: Operation = {
  operationName: 'requestOneTimeTokenForRuntime',
  document: `mutation requestOneTimeTokenForRuntime($id: ID!, $systemAuthId: ID) {
  requestOneTimeTokenForRuntime(id: $id, systemAuthID: $systemAuthId) { token connectorURL expiresAt rawEncoded }
}`,
};

export const REQUEST_TOKEN_FOR_APPLICATION: Operation = {
  operationName: 'requestOneTimeTokenForApplication',
  document: `mutation requestOneTimeTokenForApplication($id: ID!, $systemAuthId: ID) {
  requestOneTimeTokenForApplication(id: $id, systemAuthID: $systemAuthId) { token connectorURL expiresAt rawEncoded }
}`,
};

const PAGE = 'pageInfo { endCursor hasNextPage } totalCount';

const API_FIELDS = `data { id name targetURL } ${PAGE}`;

const EVENT_FIELDS = `data { id name } ${PAGE}`;

const BUNDLE_FIELDS = `data {
    id name description instanceAuthRequestInputSchema
    apiDefinitions(first: 100) { ${API_FIELDS} }
    eventDefinitions(first: 100) { ${EVENT_FIELDS} }
    defaultInstanceAuth {
      credential {
        __typename
        ... on BasicCredentialData { username password }
        ... on OAuthCredentialData { clientId clientSecret url }
      }
      additionalHeaders
      additionalQueryParams
      requestAuth { csrf { tokenEndpointURL } }
    }
  }
  ${PAGE}`;

/** What is selected first of an Application, and of nothing else. */
const FIRST_FIELD = 'providerName';

/** By what comes first of them the Applications of a page are told apart before they are parsed. */
export const APPLICATIONS: Operation & { readonly firstField: string } = {
  firstField: FIRST_FIELD,
  operationName: 'applicationsForRuntime',
  document: `query applicationsForRuntime($runtimeId: ID!, $first: Int!, $after: PageCursor) {
  applicationsForRuntime(runtimeID: $runtimeId, first: $first, after: $after) {
    data {
      ${FIRST_FIELD} id name description
      auths { id }
      bundles(first: 100) { ${BUNDLE_FIELDS} }
    }
    ${PAGE}
  }
}`,
};

/** The same page without what makes it large. */
export const APPLICATION_IDS: Operation = {
  operationName: 'applicationIds',
  document: `query applicationIds($runtimeId: ID!, $first: Int!, $after: PageCursor) {
  applicationsForRuntime(runtimeID: $runtimeId, first: $first, after: $after) { data { id name } ${PAGE} }
}`,
};

/** One Application a request, for the reason at the top. */
export const FURTHER_BUNDLES: Operation = {
  operationName: 'furtherBundles',
  document: `query furtherBundles($applicationId: ID!, $first: Int!, $after: PageCursor) {
  application(id: $applicationId) { bundles(first: $first, after: $after) { ${BUNDLE_FIELDS} } }
}`,
};

/** One bundle a request, for the reason at the top. */
export const FURTHER_API_DEFINITIONS: Operation = {
  operationName: 'furtherApiDefinitions',
  document: `query furtherApiDefinitions($applicationId: ID!, $bundleId: ID!, $first: Int!, $after: PageCursor) {
  application(id: $applicationId) {
    bundle(id: $bundleId) { apiDefinitions(first: $first, after: $after) { ${API_FIELDS} } }
  }
}`,
};

export const FURTHER_EVENT_DEFINITIONS: Operation = {
  operationName: 'furtherEventDefinitions',
  document: `query furtherEventDefinitions($applicationId: ID!, $bundleId: ID!, $first: Int!, $after: PageCursor) {
  application(id: $applicationId) {
    bundle(id: $bundleId) { eventDefinitions(first: $first, after: $after) { ${EVENT_FIELDS} } }
  }
}`,
};
