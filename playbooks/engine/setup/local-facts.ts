import { type Facts, lines, type Sections } from "./fact-sections.ts";

/** Facts the host keeps itself: JSON or INI texts and programs that print one, in `*.fact` files. */
export function localFacts(sections: Sections, warn: (message: string) => void, folder: string): Facts {
  const found: Record<string, unknown> = {};
  let name = "";
  let errors = "";
  let isProgram = false;
  for (const line of lines(sections, "local")) {
    const [word = "", encoded = ""] = line.split(" ");
    const bytes = Buffer.from(encoded, "base64");
    if (word === "fact") {
      [name, errors, isProgram] = [bytes.toString("utf8").trimEnd(), "", false];
    } else if (word === "program") isProgram = true;
    else if (word === "err") errors = bytes.toString("utf8");
    else if (word === "broken") {
      const path = `${folder}/${name}.fact`;
      found[name] = `Could not stat fact (${path}): [Errno 2] No such file or directory: '${path}'`;
      warn(String(found[name]));
    } else if (word === "out") {
      const fact = localFact(`${folder}/${name}.fact`, bytes, isProgram, errors);
      found[name] = fact.value;
      if (fact.warning !== undefined) warn(fact.warning);
    }
  }
  return { local: found };
}

function localFact(
  path: string,
  output: Buffer,
  isProgram: boolean,
  errors: string,
): { readonly value: unknown; readonly warning?: string } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(output);
  } catch {
    const told = `error loading fact - output of running "${path}" was not utf-8`;
    return { value: told, warning: told };
  }
  if (isProgram) {
    const end = text.lastIndexOf("\n");
    const status = text.slice(end + 1);
    text = text.slice(0, end);
    if (status !== "0") {
      const told = `Failure executing fact script (${path}), rc: ${status}, err: ${errors}`;
      return { value: told, warning: told };
    }
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    const value = iniSections(text);
    if (value !== undefined) return { value };
    const told = `error loading facts as JSON or ini - please check content: ${path}`;
    return { value: told, warning: told };
  }
}

/** Sections of an INI text as Python's configparser reads them; undefined for what it refuses. */
export function iniSections(text: string): Record<string, Record<string, string>> | undefined {
  const found: Record<string, Record<string, string>> = {};
  const defaults: Record<string, string> = {};
  let section: Record<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split("\n")) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const head = /^\[([^\]]+)\]/.exec(line)?.[1];
    const entry = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (head !== undefined) {
      if (head in found) return undefined;
      section = head === "DEFAULT" ? defaults : {};
      if (head !== "DEFAULT") found[head] = section;
      key = undefined;
    } else if (section === undefined) return undefined;
    else if (/^\s/.test(line) && key !== undefined) section[key] = `${section[key]}\n${line.trim()}`;
    else if (entry?.[1] === undefined) return undefined;
    else {
      key = entry[1].toLowerCase();
      if (key in section) return undefined;
      section[key] = entry[2] ?? "";
    }
  }
  return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, { ...defaults, ...values }]));
}
