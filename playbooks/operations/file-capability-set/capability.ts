/** One capability of a file as cap_from_text(3) writes it. */
export interface Capability {
  readonly name: string;
  readonly operator: string;
  readonly flags: string;
}

/** `cap_net_raw+ep` and the like; undefined without an operator. */
export function parseCapability(text: string): Capability | undefined {
  const operator = ["=", "-", "+"].find((sign) => text.includes(sign));
  if (operator === undefined) return undefined;
  const [name = "", flags = ""] = text.split(operator);
  return { name, operator, flags };
}

/** What getcap(8) prints of one file, of its older form too (`/path = cap…`). */
export function parseGetcap(output: string, path: string): Capability[] | undefined {
  const text = output.trim();
  if (text === path) return [];
  if (text.endsWith(")")) return undefined;
  const rest = text.includes(" =") ? (text.split(" =")[1] ?? "") : text.slice(path.length);
  return rest
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .flatMap((word) => {
      const last = parseCapability(word.toLowerCase());
      if (last === undefined) return [];
      return last.name.split(",").map((name) => ({ ...last, name }));
    });
}
