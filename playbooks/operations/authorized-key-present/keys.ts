/** One line of an authorized_keys file (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export type KeyLine = AuthorizedKey | { readonly kind: "other"; readonly text: string };

export interface AuthorizedKey {
  readonly kind: "key";
  readonly options: string;
  readonly type: string;
  /** The key itself, in base64. */
  readonly data: string;
  readonly comment: string;
}

const KEY =
  /^(?:(?<options>(?:"(?:\\"|[^"])*"|[^\s"])+)\s+)?(?<type>(?:ssh|ecdsa|sk)-[\w@.-]+)\s+(?<data>[A-Za-z0-9+/=]+)(?:\s+(?<comment>.*?))?\s*$/;

export function parseKeys(text: string): KeyLine[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const groups = line.startsWith("#") ? undefined : KEY.exec(line)?.groups;
      if (groups === undefined) return { kind: "other", text: line };
      const { options = "", type = "", data = "", comment = "" } = groups;
      return { kind: "key", options, type, data, comment };
    });
}

export interface KeyWish {
  readonly present: boolean;
  readonly exclusive: boolean;
  readonly options: string | undefined;
  readonly comment: string | undefined;
}

/** The file with the wanted keys, or without them. Lines that need no change stay as they are. */
export function editKeys(before: string, wanted: readonly AuthorizedKey[], wish: KeyWish): string {
  const lines = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const kept: string[] = [];
  const seen = new Set<string>();
  for (const line of lines) {
    const [parsed] = parseKeys(line);
    if (parsed?.kind !== "key") {
      kept.push(line);
      continue;
    }
    const match = wanted.find((key) => key.data === parsed.data);
    if (match === undefined) {
      if (!(wish.exclusive && wish.present)) kept.push(line);
    } else if (wish.present && !seen.has(match.data)) {
      seen.add(match.data);
      const goal = keyText(match, wish);
      kept.push(keyText(parsed, {}) === goal ? line : goal);
    }
  }
  if (wish.present) {
    for (const key of wanted) {
      if (seen.has(key.data)) continue;
      seen.add(key.data);
      kept.push(keyText(key, wish));
    }
  }
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

function keyText(
  key: AuthorizedKey,
  wish: { readonly options?: string | undefined; readonly comment?: string | undefined },
): string {
  return [wish.options ?? key.options, key.type, key.data, wish.comment ?? key.comment]
    .filter((part) => part !== "")
    .join(" ");
}
