import { ApplianceError } from "#inventory/kernel/errors.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Connector } from "#playbooks/connectors/connector.ts";

/**
 * Puts a public key (one line, OpenSSH format) into the login user's authorized_keys, once, so that the next sign-in needs
 * no password. Tells whether it was there already.
 */
export async function installKey(
  connector: Connector,
  publicKey: string,
  signal: AbortSignal,
): Promise<{ readonly already: boolean }> {
  const line = publicKey.trim();
  if (!/^(ssh|ecdsa|sk-)[a-z0-9@.-]* [A-Za-z0-9+/=]+( [^\n]*)?$/.test(line)) throw notAPublicKey();
  const [type = "", key = ""] = line.split(" ");
  const result = await connector.run({ script: script(line, `${type} ${key}`) }, signal);
  if (result.status === 0) return { already: result.stdout.includes("already") };
  throw new ApplianceError({
    code: "INSTALLER_KEY_NOT_INSTALLED",
    kind: "environment",
    message: `The public key could not be installed on ${connector.host}: ${result.stderr.trim().slice(0, 300)}`,
    hint: "Check that the user's home directory exists there and is writable.",
    context: { host: connector.host },
  });
}

function script(line: string, key: string): string {
  return [
    "set -e; umask 077",
    "d=$HOME/.ssh; f=$d/authorized_keys",
    'mkdir -p "$d"; [ -e "$f" ] || : >"$f"',
    `if grep -qF -- ${shellQuote(key)} "$f"; then echo already; exit 0; fi`,
    `[ ! -s "$f" ] || [ -z "$(tail -c 1 "$f")" ] || echo >>"$f"`,
    `printf '%s\\n' ${shellQuote(line)} >>"$f"`,
    'chmod go-w "$d" "$f"; sync "$f"',
    '! command -v restorecon >/dev/null || restorecon -R "$d" || :',
  ].join("\n");
}

function notAPublicKey(): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_PUBLIC_KEY_INVALID",
    kind: "user",
    message: "The public key to install is not one line in OpenSSH format",
    hint: "Give the .pub file that ssh-keygen wrote.",
  });
}
