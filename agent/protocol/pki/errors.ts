import { ApplianceError } from "#inventory/kernel/errors.ts";

export function siteNameUnusable(site: string): ApplianceError {
  return new ApplianceError({
    code: "PKI_SITE_NAME_UNUSABLE",
    kind: "user",
    message: `The site name ${JSON.stringify(site)} cannot stand in a certificate.`,
    hint: "Use lower-case letters, digits and hyphens, at most 63 characters, as in `geneva-1`.",
    context: { site },
  });
}

export function requestUnusable(problem: string, cause?: unknown): ApplianceError {
  return new ApplianceError({
    code: "PKI_REQUEST_UNUSABLE",
    kind: "user",
    message: `The certificate request is refused: ${problem}.`,
    hint: "Send a PKCS #10 request in PEM for an ECDSA P-256 key, signed by that key.",
    cause,
  });
}

export function authorityUnusable(problem: string, cause?: unknown): ApplianceError {
  return new ApplianceError({
    code: "PKI_AUTHORITY_UNUSABLE",
    kind: "environment",
    message: `The site's certificate authority cannot be used: ${problem}.`,
    hint: "Restore the authority's certificate and key from the site's vault.",
    cause,
  });
}
