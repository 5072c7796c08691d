// What no program on Node can go below: one GET over mutual TLS with the kubeconfig's client certificate, and nothing else.
const { get } = require('node:https');
const { readFileSync } = require('node:fs');

const kubeconfig = readFileSync(process.env.KUBECONFIG, 'utf8');
const field = (name) => new RegExp(`${name}: (.*)`).exec(kubeconfig)?.[1].trim();
const pem = (name) => Buffer.from(field(name), 'base64');
const path = '/apis/compass.kyma-project.io/v1alpha1/compassconnections?limit=500';
const tls = {
  ca: pem('certificate-authority-data'),
  cert: pem('client-certificate-data'),
  key: pem('client-key-data'),
};
get(field('server') + path, tls, (answer) => answer.pipe(process.stdout));
