/** The kinds of the documents that `cert` prints: apart, so that the help loads nothing else. */
export const CERTIFICATE_CHECK_KIND = 'CertificateCheck';
export const CERTIFICATE_FILES_KIND = 'CertificateFiles';
export const CERTIFICATE_RENEWAL_KIND = 'CertificateRenewal';
export const CERTIFICATE_REVOCATION_KIND = 'CertificateRevocation';
export const CERTIFICATE_COMPARISON_KIND = 'CertificateComparison';
