import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Account } from "./account.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Where the account's SSH key is, or goes. */
export function keyPath(args: Arguments, home: string): string {
  const path = typeof args.ssh_key_file === "string" ? args.ssh_key_file : `.ssh/id_${String(args.ssh_key_type)}`;
  return path.startsWith("/") ? path : `${home}/${path}`;
}

/** Shell that prints what {@link parseKey} reads. */
export function keyQuery(path: string): string {
  const word = shellQuote(path);
  return `if [ -e ${word} ]; then echo "ssh-key $(ssh-keygen -l -f ${word} 2>/dev/null | base64 -w0)"; fi
if [ -e ${word}.pub ]; then echo "ssh-public $(base64 -w0 <${word}.pub)"; fi
`;
}

export interface FoundKey {
  readonly exists: boolean;
  readonly publicExists: boolean;
  readonly fingerprint: string;
  readonly publicKey: string | null;
}

export function parseKey(output: string): FoundKey {
  const part = (label: string) => new RegExp(`^${label} (.*)$`, "m").exec(output)?.[1];
  const decode = (text: string | undefined) =>
    Buffer.from(text ?? "", "base64")
      .toString("utf8")
      .trim();
  const [key, publicKey] = [part("ssh-key"), part("ssh-public")];
  return {
    exists: key !== undefined,
    publicExists: publicKey !== undefined,
    fingerprint: decode(key),
    publicKey: publicKey === undefined ? null : decode(publicKey),
  };
}

/** Keys of a result about the SSH key. */
export function keyKeys(path: string, found: FoundKey): Record<string, unknown> {
  return { ssh_fingerprint: found.fingerprint, ssh_key_file: path, ssh_public_key: found.publicKey };
}

/**
 * Shell that makes the key and gives it to the account. The passphrase is the second line of standard input; ssh-keygen asks
 * for it through a program of ours, so that it is in no argument list.
 */
export function makeKey(args: Arguments, path: string, account: Pick<Account, "uid" | "gid">): string {
  const file = shellQuote(path);
  const folder = shellQuote(path.slice(0, path.lastIndexOf("/")) || "/");
  const owner = `${account.uid}:${account.gid}`;
  const words = ["ssh-keygen", "-q", "-t", String(args.ssh_key_type)];
  if (Number(args.ssh_key_bits) > 0) words.push("-b", String(args.ssh_key_bits));
  const comment =
    typeof args.ssh_key_comment === "string" ? shellQuote(args.ssh_key_comment) : '"ansible-generated on $(uname -n)"';
  const secret = typeof args.ssh_key_passphrase === "string";
  const generate = `${shellJoin(words)} -C ${comment} -f ${file}`;
  return `command -v ssh-keygen >/dev/null || { echo 'Failed to find required executable "ssh-keygen"' >&2; exit 1; }
if [ ! -d ${folder} ]; then mkdir -m 0700 ${folder}; chown ${owner} ${folder}; fi
rm -f ${file} ${file}.pub
${
  secret
    ? `asker=$(mktemp -d); trap 'rm -rf "$asker"' EXIT
IFS= read -r passphrase
(umask 077; printf '%s\\n' "$passphrase" >"$asker/secret"; printf '#!/bin/sh\\ncat "%s/secret"\\n' "$asker" >"$asker/ask"; chmod 700 "$asker/ask")
DISPLAY=none SSH_ASKPASS="$asker/ask" SSH_ASKPASS_REQUIRE=force setsid ${generate} </dev/null`
    : `${generate} -N '' </dev/null`
}
chown ${owner} ${file} ${file}.pub
`;
}
