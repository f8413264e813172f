import { shellQuote } from "#inventory/kernel/shell.ts";
import type { OperationContext } from "../operation.ts";

/**
 * The bytes behind an address, fetched by the host itself with what every Debian has (apt-helper), into a temporary file that
 * is gone afterwards.
 */
export async function fetchKey(
  address: string,
  context: OperationContext,
): Promise<{ readonly bytes: Buffer } | { readonly failure: string }> {
  const word = shellQuote(address);
  const outcome = await context.read.run(`folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
case ${word} in
file://*) cp -- ${shellQuote(address.replace(/^file:\/\//, ""))} "$folder/key" || exit 1 ;;
*) /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file ${word} "$folder/key" >&2 || exit 1 ;;
esac
base64 -w0 <"$folder/key"
`);
  if (outcome.status !== 0) {
    const error = /^E: (.*)$/m.exec(outcome.stderr)?.[1] ?? outcome.stderr.trim();
    return { failure: error };
  }
  return { bytes: Buffer.from(outcome.stdout, "base64") };
}
